import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { audienceOf } from '../audience.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { newDemo } from '../demos.ts';
import { amend, mustOwn, plain, resolveReference } from '../engine.ts';
import { EVERYBODY, newRow, put, storedView } from '../objects.ts';
import type { Special } from '../special.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { DEMO_TAGS } from '../tables/resources/demo-tags.ts';
import { DEMOS } from '../tables/resources/demos.ts';
import { SIMULATIONS } from '../tables/resources/simulations.ts';
import { copyNetwork } from '../topology.ts';
import { mustBe, newSimulation, simulationView } from './simulations.ts';

type DemoRow = RowOf<'demos'>;

/** Whether the caller has a scope of the platform's operators. */
function isOperator({ caller }: AuthenticatedContext): boolean {
  const { held } = caller.heldRights;
  return held.has('air:sre') || held.has('air:admin');
}

/** @throws Problem unless the organisation owns the demo or the caller is an operator */
function mustManage(context: AuthenticatedContext, row: DemoRow): void {
  if (!isOperator(context)) mustOwn(context, row);
}

function isPublished({ body }: DemoRow): boolean {
  return body.members.published;
}

/** In lower case, each once. */
function normalTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase()))];
}

/** A demo gets a copy of the simulation; the original stays unchanged. */
const DEMO: Special<typeof DEMOS> = {
  complete: async (context, { simulation, checkpoint: _, tags, ...members }) => {
    const source = await resolveReference(context, SIMULATIONS, 'simulation', simulation);
    mustOwn(context, source);
    mustBe(context, source, 'become a demo', ['INACTIVE']);
    const copy = newRow(context, SIMULATIONS, {
      members: { ...newSimulation(context, source.body.members).members, state: 'DEMO' },
    });
    return {
      along: [put(copy), ...(await copyNetwork(context, source.id, copy.id))],
      members: {
        ...members,
        tags: normalTags(tags),
        ...newDemo(copy.id, creatorOf(context)),
      },
    };
  },
  change: (context, row, { tags, ...members }) => {
    if (row.body.members.publish_access_record_id !== null) {
      throw new Problem('conflict', 'The demo has an open request, so it cannot be changed.');
    }
    if (tags === undefined) return { members };
    if (isPublished(row) && !isOperator(context)) throw new Problem('forbidden');
    return { members: { ...members, tags: normalTags(tags) } };
  },
  mayRemove: (context, row) => {
    if (isPublished(row) && !isOperator(context)) throw new Problem('forbidden');
  },
  mustManage,
};

const publish: Handler<'air', 'demos_publish', DemoRow> = async (context) => {
  const { target: row, body } = context;
  mustManage(context, row);
  const { prefer_public = true } = body;
  const sharedWith = await audienceOf(context, body);
  await amend(context, DEMOS, row, (before) => {
    if (isPublished(before)) throw new Problem('bad_state', 'The demo is published already.');
    return { members: { published: true, publicly_published: prefer_public }, sharedWith };
  });
  return { status: 204 };
};

const unpublish: Handler<'air', 'demos_unpublish', DemoRow> = async (context) => {
  const { target: row } = context;
  mustManage(context, row);
  await amend(context, DEMOS, row, (before) => {
    if (!isPublished(before)) throw new Problem('bad_state', 'The demo is not published.');
    return { members: { published: false, publicly_published: false }, sharedWith: [] };
  });
  return { status: 204 };
};

/** Opens a request that others must approve; only one may be open at a time. */
const openRequest: Handler<'air', 'demos_request_publish' | 'demos_request_allowlist_change', DemoRow> = async (
  context,
) => {
  const { target: row } = context;
  mustOwn(context, row);
  const record = context.random.uuid();
  const next = await amend(context, DEMOS, row, ({ body }) => {
    if (body.members.publish_access_record_id !== null) {
      throw new Problem('conflict', 'The demo already has an open request.');
    }
    return { members: { publish_access_record_id: record } };
  });
  return { status: 200, body: storedView(next) };
};

/** Not in the tables, because no operation lists access requests. */
const ACCESS_REQUESTS = { name: 'demo_access_requests' } as const;

/** Idempotent: an organisation has at most one request for a demo. */
const requestAccess: Handler<'air', 'demos_request_access', DemoRow> = async (context) => {
  const { store, target: row } = context;
  const id = `${row.id}.${accountOf(context)}`;
  const known = await collectionOf(ACCESS_REQUESTS).byId(store.collections, id);
  const request = known ?? accessRequest(context, row, id);
  if (known === null) await store.collections.commit([put(request)]);
  const body = { ...storedView(request), marketplace_demo_name: row.body.members.name };
  return known === null ? { status: 201, body } : { status: 200, body };
};

function accessRequest(context: AuthenticatedContext, demo: DemoRow, id: string): RowOf<'demo_access_requests'> {
  const { org = null } = context.caller.principal;
  const requested_at = rfc3339(context.now);
  const members = { marketplace_demo: demo.id, publish_access_record: null, requesting_org: org, requested_at };
  return newRow(context, ACCESS_REQUESTS, { members }, id);
}

const manage: Handler<'air', 'demos_manage', DemoRow> = async (context) => {
  const { featured, order } = context.body;
  const members = { ...(featured !== undefined && { featured }), ...(order !== undefined && { order }) };
  const next = await amend(context, DEMOS, context.target, () => ({ members }));
  return { status: 200, body: storedView(next) };
};

/** Copies the simulation of a demo to the caller's organisation. */
const provision: Handler<'air', 'demos_provision', DemoRow> = async (context) => {
  const { store, target: demo, body } = context;
  const source = await collectionOf(SIMULATIONS).byId(store.collections, demo.body.members.demo);
  if (source === null) throw new Problem('not_found');
  const members = { ...source.body.members, name: body.name ?? demo.body.members.name };
  const row = newRow(context, SIMULATIONS, newSimulation(context, members));
  await amend(
    context,
    DEMOS,
    demo,
    ({ body: { members: before } }) => ({ members: { provision_count: (before.provision_count ?? 0) + 1 } }),
    async () => [put(row), ...(await copyNetwork(context, source.id, row.id))],
  );
  return { status: 201, body: simulationView(context, row) };
};

/** Tags belong to the platform: everybody sees them, and a caller who may change one may change all. */
const TAGS: Special<typeof DEMO_TAGS> = {
  mustManage: () => {},
  change: (_context, _row, { name }) => ({ members: name === undefined ? {} : { name: name.toLowerCase() } }),
  complete: (_, { name }) => ({ members: { name: name.toLowerCase() }, sharedWith: [EVERYBODY] }),
};

export const marketplaceOperations = {
  ...plain(DEMOS, DEMO),
  demos_publish: publish,
  demos_unpublish: unpublish,
  demos_request_publish: openRequest,
  demos_request_allowlist_change: openRequest,
  demos_request_access: requestAccess,
  demos_provision: provision,
  demos_manage: manage,
  ...plain(DEMO_TAGS, TAGS),
};
