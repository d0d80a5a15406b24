import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { sshFingerprint } from '../../../credentials/ssh-key.ts';
import { namedUuid } from '../../../machine/random.ts';
import { orgIdOf } from '../audience.ts';
import { accountOf, callerOf } from '../caller.ts';
import { plain, type Special, targetOf } from '../engine.ts';
import { flatEntry } from '../histories.ts';
import { type AirRow, collectionOf, shown } from '../objects.ts';
import { page, pageOfAll } from '../pages.ts';
import { HISTORIES } from '../tables/resources/histories.ts';
import { IMAGES } from '../tables/resources/images.ts';
import { NODES } from '../tables/resources/nodes.ts';
import { RESOURCE_BUDGETS } from '../tables/resources/resource-budgets.ts';
import { SIMULATION_HISTORY } from '../tables/resources/simulation-history.ts';
import { SIMULATIONS } from '../tables/resources/simulations.ts';
import { SSH_KEYS } from '../tables/resources/ssh-keys.ts';
import { USERCONFIGS } from '../tables/resources/userconfigs.ts';

const GIB = 1024 ** 3;
/** What an organisation may use; the numbers are those of the reference's example, the rest ours. */
const BUDGET = {
  cpu: 300,
  memory: 307_200,
  disk_storage_total: 10_000,
  disk_storage_per_node: 1000,
  image_storage: 500,
  userconfigs: 1_048_576,
} as const;

const userConfigView = (_: Context, { id, body: { members } }: AirRow) => ({ ...members, id });

const USERCONFIG: Special = {
  view: userConfigView,
  listed: (_, { id, body }) => ({ id, name: body.members['name'], kind: body.members['kind'] }),
};

const SSH_KEY: Special = {
  complete: (_, { name, public_key }) => {
    const fingerprint = sshFingerprint(String(public_key));
    if (fingerprint !== null) return { members: { name, fingerprint } };
    throw new Problem('invalid_request', 'Field `public_key` must be a whole key of `ssh-ed25519` or `ssh-rsa`.');
  },
  view: (_, row) => {
    const { modified: __, ...view } = shown(row);
    return view;
  },
};

/** The one budget of the caller's organisation, put together from what it has. */
async function budgetOf(context: Context): Promise<Record<string, unknown>> {
  const { store } = context;
  const account = accountOf(context);
  const { org = '' } = callerOf(context).principal;
  const [nodes, images, configs] = await Promise.all(
    [NODES, IMAGES, USERCONFIGS].map((resource) => store.collections.ofOwner(collectionOf(resource), account)),
  );
  const sum = (rows: readonly unknown[] | undefined, member: string) =>
    ((rows ?? []) as readonly AirRow[]).reduce((total, { body }) => total + Number(body.members[member] ?? 0), 0);
  const contents = ((configs ?? []) as readonly AirRow[]).map(({ body }) => String(body.members['content'] ?? ''));
  return {
    id: budgetId(account),
    created: rfc3339(0),
    modified: rfc3339(0),
    org_display_name: org,
    org_nca_id: account,
    org_id: orgIdOf(account),
    ngc_org_name: org,
    ...BUDGET,
    usage: {
      cpu: sum(nodes, 'cpu'),
      memory: sum(nodes, 'memory'),
      disk_storage: sum(nodes, 'storage'),
      image_storage: sum(images, 'size') / GIB,
      userconfigs: contents.reduce((total, content) => total + Buffer.byteLength(content), 0),
    },
  };
}

function budgetId(account: string): string {
  return namedUuid(`air-budget:${account}`);
}

/** The organisation's own; nobody has another. */
export const budgetLookup: Lookup = async (context, id) =>
  id === budgetId(accountOf(context)) ? { seen: 'object', target: id } : { seen: 'nothing' };

const listBudgets: Handler = async (context) => pageOfAll(context, RESOURCE_BUDGETS.path, [await budgetOf(context)]);

const getBudget: Handler = async (context) => ({ status: 200, body: await budgetOf(context) });

const listHistories: Handler = async (context) => {
  const { model, object_id } = context.query as { model: string; object_id: string };
  const of = model === 'node' ? NODES : SIMULATIONS;
  const about = await context.store.collections.byId(collectionOf(of), object_id);
  if (about === null || about.owner !== accountOf(context)) throw new Problem('not_found');
  return page(context, HISTORIES, flatEntry);
};

/** The later form of an entry. */
function nestedEntry(row: AirRow): Record<string, unknown> {
  const { category, ...entry } = flatEntry(row);
  return { ...entry, severity: category, labels: [] };
}

async function entriesOf(context: Context): Promise<readonly AirRow[]> {
  const { id } = targetOf(context);
  return (await context.store.collections.ofParent(collectionOf(HISTORIES), id)) as readonly AirRow[];
}

const listHistory: Handler = async (context) => {
  const entries = await entriesOf(context);
  const path = SIMULATION_HISTORY.path.replace('{id}', targetOf(context).id);
  return pageOfAll(context, path, entries.map(nestedEntry));
};

const historyFilters: Handler = async (context) => {
  const entries = (await entriesOf(context)).map(({ body }) => body.members);
  const distinct = (member: string) => [...new Set(entries.map((entry) => String(entry[member])))].sort();
  return { status: 200, body: { actors: distinct('actor'), severities: distinct('category'), labels: [] } };
};

/** Taken, and not kept: nobody reads it. */
const giveFeedback: Handler = () => ({ status: 200, body: {} });

export const peopleOperations = {
  ...plain(USERCONFIGS, USERCONFIG),
  ...plain(SSH_KEYS, SSH_KEY),
  resource_budgets_list: listBudgets,
  resource_budgets_get: getBudget,
  histories_list: listHistories,
  simulation_history_list: listHistory,
  simulation_history_filters: historyFilters,
  feedback_create: giveFeedback,
};
