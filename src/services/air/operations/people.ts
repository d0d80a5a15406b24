import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Lookup, Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { deriveUuid } from '../../../lib/random.ts';
import { computeSshFingerprint } from '../../../tokens/ssh-key.ts';
import { accountOf, orgIdOf } from '../caller.ts';
import { createOperations } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { renderStored } from '../objects.ts';
import { createPageOfComputed } from '../pages.ts';
import { collectionOf } from '../stored.ts';
import { IMAGES } from '../tables/images.ts';
import { NODES } from '../tables/network.ts';
import { RESOURCE_BUDGETS, SSH_KEYS, USERCONFIGS } from '../tables/people.ts';

const GIB = 1024 ** 3;
/** Limits of an organisation, from the reference's example; values that it lacks are ours. */
const BUDGET = {
  cpu: 300,
  memory: 307_200,
  disk_storage_total: 10_000,
  disk_storage_per_node: 1000,
  image_storage: 500,
  userconfigs: 1_048_576,
} as const;

/** The default in the reference. Hours are not counted. */
const COMPUTE_HOURS = { total_compute_hours: 0, remaining_compute_hours: 0 } as const;

const USERCONFIG_HOOKS: HooksOf<'userconfigs'> = {
  // The SDK may send null for a member that stays unchanged.
  change: (_context, _row, { name, content }) => ({
    members: { ...(typeof name === 'string' && { name }), ...(typeof content === 'string' && { content }) },
  }),
  view: (_, { id, body: { members } }) => ({ ...members, id }),
  listView: (_, { id, body }) => ({ id, name: body.members.name, kind: body.members.kind }),
};

const SSH_KEY_HOOKS: HooksOf<'ssh_keys'> = {
  complete: (_, { name, public_key }) => {
    const fingerprint = computeSshFingerprint(public_key);
    if (fingerprint !== null) return { members: { name, fingerprint } };
    throw invalidRequest('Field `public_key` must be a complete `ssh-ed25519` or `ssh-rsa` key.');
  },
  view: (_, row) => {
    const { modified: __, ...view } = renderStored(row);
    return view;
  },
};

async function computeBudget(context: AuthenticatedContext): Promise<Schema<'air', 'ResourceBudget'>> {
  const { collections } = context.store;
  const account = accountOf(context);
  const { org = '' } = context.caller.principal;
  const [nodes, images, configs] = await Promise.all([
    collectionOf(NODES).ofOwner(collections, account),
    collectionOf(IMAGES).ofOwner(collections, account),
    collectionOf(USERCONFIGS).ofOwner(collections, account),
  ]);
  return {
    id: budgetId(account),
    created: rfc3339(0),
    modified: rfc3339(0),
    org_display_name: org,
    org_nca_id: account,
    org_id: orgIdOf(account),
    ngc_org_name: org,
    ...BUDGET,
    ...(context.settings.air === 'dsx' && COMPUTE_HOURS),
    usage: {
      cpu: sum(nodes, ({ body }) => body.members.cpu),
      memory: sum(nodes, ({ body }) => body.members.memory),
      disk_storage: sum(nodes, ({ body }) => body.members.storage),
      image_storage: Math.ceil(sum(images, ({ body }) => body.members.size) / GIB),
      userconfigs: sum(configs, ({ body }) => Buffer.byteLength(body.members.content)),
    },
  };
}

function sum<Entry>(rows: readonly Entry[], amountOf: (row: Entry) => number): number {
  return rows.reduce((total, row) => total + amountOf(row), 0);
}

function budgetId(account: string): string {
  return deriveUuid(`air-budget:${account}`);
}

/** Finds only the budget of the caller's organisation. */
export const budgetLookup: Lookup<string> = async (context, id) =>
  id === budgetId(accountOf(context)) ? { found: 'object', target: id } : { found: 'nothing' };

export const peopleOperations = {
  ...createOperations(USERCONFIGS, USERCONFIG_HOOKS),
  ...createOperations(SSH_KEYS, SSH_KEY_HOOKS),
  resource_budgets_list: async (context) =>
    createPageOfComputed(context, { ...RESOURCE_BUDGETS, list: 'resource_budgets_list' }, [
      await computeBudget(context),
    ]),
  resource_budgets_get: async (context) => ({
    status: 200,
    body: await computeBudget(context),
  }),
  /** Feedback is not stored, because no operation reads it. */
  feedback_create: () => ({ status: 200, body: {} }),
} satisfies Partial<Operations<'air'>>;
