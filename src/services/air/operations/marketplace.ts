import type { AuthenticatedContext } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { ANYONE } from '../../../store/row.ts';
import { accountOf, creatorOf, hasOperatorScope } from '../caller.ts';
import { amend, createOperations, type HandlersOf, pickDefined } from '../crud.ts';
import { createDemoMembers } from '../demos.ts';
import type { HooksOf } from '../hooks.ts';
import { copyNetwork } from '../network-copy.ts';
import { changeRow, createOwnedRow, createPut, renderStored } from '../objects.ts';
import {
  cancelRequest,
  hasOpenRequest,
  openRequest,
  publishNow,
  requestVisibility,
  unpublishNow,
} from '../publishing.ts';
import { resolveReference } from '../references.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { DEMO_ACCESS_REQUESTS, DEMO_TAGS, DEMOS } from '../tables/marketplace.ts';
import { NODES } from '../tables/network.ts';
import { SIMULATIONS } from '../tables/simulations.ts';
import { createSimulationDraft, renderSimulation, requireState } from './simulations.ts';

type DemoRow = RowOf<'demos'>;

function normalizeTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase()))];
}

/** Compares for this order: featured demos first, then by `order`, and demos without an `order` last. */
function compareDemos({ body: first }: DemoRow, { body: second }: DemoRow): number {
  const difference = Number(second.members.featured ?? false) - Number(first.members.featured ?? false);
  if (difference !== 0) return difference;
  const firstOrder = first.members.order ?? Infinity;
  const secondOrder = second.members.order ?? Infinity;
  if (firstOrder === secondOrder) return first.created - second.created;
  return firstOrder < secondOrder ? -1 : 1;
}

/** A demo uses a copy of the simulation, so that the original stays unchanged. */
const DEMO_HOOKS: HooksOf<'demos'> = {
  compare: ({ settings }) => (settings.air === 'dsx' ? compareDemos : undefined),
  complete: async (context, { simulation, checkpoint: _, tags, ...members }) => {
    const source = await resolveReference(context, SIMULATIONS, 'simulation', simulation);
    requireState(context, source, 'become a demo', ['INACTIVE']);
    const copy = createOwnedRow(context, SIMULATIONS, {
      members: { ...createSimulationDraft(context, source.body.members).members, state: 'DEMO' },
    });
    const nodes = await collectionOf(NODES).ofParent(context.store.collections, source.id);
    const copyChanges = [createPut(copy), ...(await copyNetwork(context, source.id, copy.id))];
    return {
      otherChanges: () => copyChanges,
      members: {
        ...members,
        tags: normalizeTags(tags),
        ...createDemoMembers(copy.id, creatorOf(context), nodes),
      },
    };
  },
  change: async (context, row, { tags, ...members }) => {
    if (await hasOpenRequest(context, row)) {
      throw new Problem('conflict', 'The demo has an open request and cannot be changed. Cancel the request first.');
    }
    if (tags === undefined) return { members };
    if (row.body.members.published && !hasOperatorScope(context)) throw new Problem('forbidden');
    return { members: { ...members, tags: normalizeTags(tags) } };
  },
  mayRemove: (context, row) => {
    if (row.body.members.published && !hasOperatorScope(context)) throw new Problem('forbidden');
  },
};

/** @throws Problem naming the missing members */
function assertPublishedMembers({ description, documentation, tags, publisher }: DemoRow['body']['members']): void {
  const missingMembers = Object.entries({ description, documentation, tags, publisher }).flatMap(([member, value]) =>
    value === undefined || value === null || value.length === 0 ? [`\`${member}\``] : [],
  );
  if (missingMembers.length === 0) return;
  throw invalidRequest(`A demo cannot be published without ${missingMembers.join(', ')}; set them first.`);
}

function createAccessRequest(context: AuthenticatedContext, demo: DemoRow, id: string): RowOf<'demo_access_requests'> {
  const { org = null } = context.caller.principal;
  const requested_at = rfc3339(context.now);
  const members = { marketplace_demo: demo.id, publish_access_record: null, requesting_org: org, requested_at };
  return createOwnedRow(context, DEMO_ACCESS_REQUESTS, { members }, id);
}

export const demoOperations = {
  ...createOperations(DEMOS, DEMO_HOOKS),
  demos_publish: async (context) => {
    await publishNow(context, ({ body }) => {
      if (context.settings.air === 'dsx') assertPublishedMembers(body.members);
      return {};
    });
    return { status: 204 };
  },
  demos_unpublish: async (context) => {
    await unpublishNow(context);
    return { status: 204 };
  },
  /** The publisher and tags are applied at once, before the request is approved. */
  demos_request_publish: async (context) => {
    const { tags } = context.body;
    const next = await openRequest(context, 'PENDING', ({ body }) => {
      const members = {
        ...pickDefined(context.body, ['publisher']),
        ...(tags !== undefined && { tags: [...normalizeTags(tags)] }),
      };
      assertPublishedMembers({ ...body.members, ...members });
      return { members };
    });
    return { status: 200, body: renderStored(next) };
  },
  demos_request_unpublish: async (context) => ({
    status: 200,
    body: renderStored(await openRequest(context, 'PENDING_UNPUBLISH')),
  }),
  demos_request_public: async (context) => ({ status: 200, body: renderStored(await requestVisibility(context)) }),
  demos_request_allowlist_change: async (context) => ({
    status: 200,
    body: renderStored(await openRequest(context, 'PENDING_ALLOWLIST')),
  }),
  demos_cancel_publish_access_record: async (context) => ({
    status: 200,
    body: renderStored(await cancelRequest(context)),
  }),
  /** Idempotent: an organisation has only one request per demo. */
  demos_request_access: async (context) => {
    const { store, target: row } = context;
    const id = `${row.id}.${accountOf(context)}`;
    const existing = await collectionOf(DEMO_ACCESS_REQUESTS).byId(store.collections, id);
    const request = existing ?? createAccessRequest(context, row, id);
    if (existing === null) await store.collections.commit([createPut(request)]);
    const body = { ...renderStored(request), marketplace_demo_name: row.body.members.name };
    return existing === null ? { status: 201, body } : { status: 200, body };
  },
  demos_provision: async (context) => {
    const { store, target: demo, body } = context;
    const source = await collectionOf(SIMULATIONS).byId(store.collections, demo.body.members.demo);
    if (source === null) throw new Problem('not_found');
    const { name, documentation = null } = demo.body.members;
    const members = { ...source.body.members, name: body.name ?? name, documentation };
    const row = createOwnedRow(context, SIMULATIONS, createSimulationDraft(context, members));
    await amend(
      context,
      DEMOS,
      demo,
      ({ body: { members: before } }) => ({ members: { provision_count: (before.provision_count ?? 0) + 1 } }),
      async () => [createPut(row), ...(await copyNetwork(context, source.id, row.id))],
    );
    return { status: 201, body: renderSimulation(context, row) };
  },
  demos_manage: async (context) => {
    const members = pickDefined(context.body, ['featured', 'order']);
    const next = await amend(context, DEMOS, context.target, () => ({ members }));
    return { status: 200, body: renderStored(next) };
  },
  /** Renumbers `order` from 1, keeping the sequence. */
  demos_tighten_order: async ({ store, now }) => {
    const { collections } = store;
    await collections.updating(async (commit) => {
      const rows = await collectionOf(DEMOS).all(collections);
      const ordered = rows.flatMap((row) => {
        const { order } = row.body.members;
        return typeof order === 'number' ? [{ row, order }] : [];
      });
      const sorted = ordered.toSorted((first, second) => first.order - second.order);
      await commit(
        sorted.map(({ row }, index) => createPut(changeRow(row, DEMOS, now, { members: { order: index + 1 } }))),
      );
    });
    return { status: 204 };
  },
} satisfies HandlersOf<'demos'>;

/** Tags belong to the platform: all callers see them, and a caller who may change one may change all. */
export const demoTagOperations = createOperations(DEMO_TAGS, {
  view: ({ settings }, row) => {
    const { is_public = true, ...older } = renderStored(row);
    return settings.air === 'dsx' ? { ...older, is_public } : older;
  },
  change: (_context, _row, { name }) => ({ members: name === undefined ? {} : { name: name.toLowerCase() } }),
  complete: (_, { name }) => ({ members: { name: name.toLowerCase(), is_public: true }, sharedWith: [ANYONE] }),
});
