import type { Instant } from '../../../core/clock.ts';
import type { Standing } from '../../../core/policy.ts';
import type { Context, Handler, Outcome } from '../../../service.ts';
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

/** Answers about the same rows: for each standing, by what was asked for. */
class Lists {
  readonly #byStanding = new WeakMap<Standing, Map<string, Shown>>();

  of(standing: Standing, name: string, now: Instant, make: () => Shown): unknown {
    const lists = this.#byStanding.get(standing) ?? new Map<string, Shown>();
    this.#byStanding.set(standing, lists);
    const known = lists.get(name);
    if (known !== undefined && now < known.until) return known.body;
    const shown = make();
    lists.set(name, shown);
    return shown.body;
  }
}

const newLists = () => new Lists();

/** What the caller may see of everything that is visible to their account. */
async function listed(context: Context, name: string, bodyOf: (rows: readonly Row[]) => unknown): Promise<Outcome> {
  const { store, views, now, query } = context;
  const account = accountOf(context);
  const { visibility = ALL_VISIBILITIES } = query as { visibility?: readonly Visibility[] };
  const asked = visibility === ALL_VISIBILITIES ? name : `${name} ${[...visibility].sort()}`;
  const rows = await store.collections.visibleTo(FUNCTIONS, account);
  const body = views.of(rows, newLists).of(callerOf(context).standing, asked, now, () => {
    const shown = rows.filter((row) => {
      const relation = relationTo(row, account);
      const isAsked = visibility.some((one) => VISIBILITIES[one] === relation);
      return relation !== null && isAsked && context.admits(reachOfVersion(row, relation));
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
    context.admits(reachOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  return { status: 200, body: { functions: versions.map((row) => functionView(row, account, context.now)) } };
};

export const functionListOperations = {
  listFunctions: list,
  listFunctionIds: listIds,
  listFunctionVersions: listVersions,
};
