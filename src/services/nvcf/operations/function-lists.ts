import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Outcome } from '../../../contract/request.ts';
import type { Instant } from '../../../core/clock.ts';
import { type Budget, bytesOf, Held } from '../../../core/held.ts';
import type { Standing } from '../../../core/policy.ts';
import { accountOf } from '../caller.ts';
import { FUNCTIONS, type FunctionRow, reachOfVersion, relationTo } from '../functions.ts';
import { functionView } from '../view.ts';

const VISIBILITIES = { private: 'owned', authorized: 'shared', public: 'public' } as const;
type Visibility = keyof typeof VISIBILITIES;
const ALL_VISIBILITIES: readonly Visibility[] = ['private', 'authorized', 'public'];

/** An answer about functions, and how long it is right: some functions change by themselves. */
interface Shown<Body> {
  readonly until: Instant;
  readonly body: Body;
}

/** The body, and the JSON written from it. */
const COPIES = 2;

/** Answers of one operation about the same rows, by standing and by what was asked for. */
class Lists<Body> {
  readonly #numbers = new WeakMap<Standing, number>();
  readonly #shown: Held<Shown<Body>>;
  #standings = 0;

  constructor(budget: Budget) {
    this.#shown = new Held(budget, ({ body }) => COPIES * bytesOf(body));
  }

  of(standing: Standing, asked: string, now: Instant, make: () => Shown<Body>): Body {
    const number = this.#numbers.get(standing) ?? ++this.#standings;
    this.#numbers.set(standing, number);
    const known = this.#shown.find(`${number} ${asked}`);
    return known !== undefined && now < known.until ? known.body : this.#shown.keep(`${number} ${asked}`, make()).body;
  }
}

type Rows = readonly FunctionRow[];
type NewLists<Body> = (_: Rows, budget: Budget) => Lists<Body>;

const newLists: NewLists<Schema<'nvcf', 'FunctionList'>> = (_, budget) => new Lists(budget);
const newIdLists: NewLists<Schema<'nvcf', 'FunctionIdList'>> = (_, budget) => new Lists(budget);

/** What the caller may see of everything that is visible to their account. */
async function listed<Body>(
  context: AuthenticatedContext,
  visibility: readonly Visibility[],
  lists: NewLists<Body>,
  bodyOf: (rows: Rows) => Body,
): Promise<Outcome<200, Body>> {
  const { caller, store, views, now, world } = context;
  const account = accountOf(context);
  const asked = `${world.mode} ${visibility === ALL_VISIBILITIES ? '' : [...new Set(visibility)].sort()}`;
  const rows = await FUNCTIONS.visibleTo(store.collections, account);
  const body = views.of(rows, lists).of(caller.standing, asked, now, () => {
    const shown = rows.filter((row) => {
      const relation = relationTo(row, account);
      const isAsked = visibility.some((one) => VISIBILITIES[one] === relation);
      return relation !== null && isAsked && context.mayReach(reachOfVersion(row, relation));
    });
    const changes = rows.map(({ dueAt }) => dueAt ?? 0).filter((dueAt) => dueAt > now);
    return { until: Math.min(Number.POSITIVE_INFINITY, ...changes), body: bodyOf(shown) };
  });
  return { status: 200, body, unchanged: true };
}

const list: Handler<'nvcf', 'listFunctions'> = (context) =>
  listed(context, context.query.visibility ?? ALL_VISIBILITIES, newLists, (rows) => ({
    functions: rows.map((row) => functionView(row, accountOf(context), context.now)),
  }));

const listIds: Handler<'nvcf', 'listFunctionIds'> = (context) =>
  listed(context, context.query.visibility ?? ALL_VISIBILITIES, newIdLists, (rows) => ({
    functionIds: [...new Set(rows.map(({ parent }) => parent))],
  }));

const listVersions: Handler<'nvcf', 'listFunctionVersions', Rows> = (context) => {
  const account = accountOf(context);
  const versions = context.target.filter((row) =>
    context.mayReach(reachOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  return { status: 200, body: { functions: versions.map((row) => functionView(row, account, context.now)) } };
};

export const functionListOperations = {
  listFunctions: list,
  listFunctionIds: listIds,
  listFunctionVersions: listVersions,
};
