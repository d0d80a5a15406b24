import type { Context, Handler, Outcome } from '../../../contract/request.ts';
import type { Instant } from '../../../core/clock.ts';
import { type Budget, bytesOf, Held } from '../../../core/held.ts';
import type { Standing } from '../../../core/policy.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf, callerOf } from '../caller.ts';
import { FUNCTIONS, reachOfVersion, relationTo } from '../functions.ts';
import { functionView } from '../view.ts';

const VISIBILITIES = { private: 'owned', authorized: 'shared', public: 'public' } as const;
type Visibility = keyof typeof VISIBILITIES;
const ALL_VISIBILITIES = Object.keys(VISIBILITIES) as Visibility[];

/** An answer about functions, and until when it holds: some change by themselves. */
interface Shown {
  readonly until: Instant;
  readonly body: unknown;
}

/** Of the body, and of the JSON that is written of it. */
const COPIES = 2;

/** Answers about the same rows: for each standing, by what was asked for. */
class Lists {
  readonly #numbers = new WeakMap<Standing, number>();
  readonly #shown: Held<Shown>;
  #standings = 0;

  constructor(budget: Budget) {
    this.#shown = new Held(budget, ({ body }) => COPIES * bytesOf(body));
  }

  of(standing: Standing, name: string, now: Instant, make: () => Shown): unknown {
    const number = this.#numbers.get(standing) ?? ++this.#standings;
    this.#numbers.set(standing, number);
    const known = this.#shown.find(`${number} ${name}`);
    return known !== undefined && now < known.until ? known.body : this.#shown.keep(`${number} ${name}`, make()).body;
  }
}

const newLists = (_: readonly Row[], budget: Budget) => new Lists(budget);

/** What the caller may see of everything that is visible to their account. */
async function listed(context: Context, name: string, bodyOf: (rows: readonly Row[]) => unknown): Promise<Outcome> {
  const { store, views, now, query } = context;
  const account = accountOf(context);
  const { visibility = ALL_VISIBILITIES } = query as { visibility?: readonly Visibility[] };
  const asked = visibility === ALL_VISIBILITIES ? name : `${name} ${[...new Set(visibility)].sort()}`;
  const rows = await store.collections.visibleTo(FUNCTIONS, account);
  const body = views.of(rows, newLists).of(callerOf(context).standing, asked, now, () => {
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

const list: Handler = (context) =>
  listed(context, 'functions', (rows) => ({
    functions: rows.map((row) => functionView(row, accountOf(context), context.now)),
  }));

const listIds: Handler = (context) =>
  listed(context, 'ids', (rows) => ({ functionIds: [...new Set(rows.map(({ parent }) => parent))] }));

const listVersions: Handler = (context) => {
  const account = accountOf(context);
  const versions = (context.target as readonly Row[]).filter((row) =>
    context.mayReach(reachOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  return { status: 200, body: { functions: versions.map((row) => functionView(row, account, context.now)) } };
};

export const functionListOperations = {
  listFunctions: list,
  listFunctionIds: listIds,
  listFunctionVersions: listVersions,
};
