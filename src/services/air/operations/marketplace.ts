import type { Context, Handler } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { audienceOf } from '../audience.ts';
import { accountOf, callerOf, creatorOf } from '../caller.ts';
import { newDemo } from '../demos.ts';
import { amended, mustOwn, plain, referred, type Special, targetOf } from '../engine.ts';
import { type AirRow, collectionOf, EVERYBODY, type Members, newRow, put, shown } from '../objects.ts';
import { DEMO_TAGS } from '../tables/resources/demo-tags.ts';
import { DEMOS } from '../tables/resources/demos.ts';
import { SIMULATIONS } from '../tables/resources/simulations.ts';
import { copied } from '../topology.ts';
import { mustBe, newSimulation, simulationView } from './simulations.ts';

const TAG = /^.{2,32}$/;

/** Scopes of people who look after the whole platform. */
function isOperator(context: Context): boolean {
  const { held } = callerOf(context).standing;
  return held.has('air:sre') || held.has('air:admin');
}

/** @throws Problem unless the demo is the organisation's own, or the caller looks after the platform */
function mustManage(context: Context, row: AirRow): void {
  if (!isOperator(context)) mustOwn(context, row);
}

function isPublished({ body }: AirRow): boolean {
  return body.members['published'] === true;
}

function tagsOf({ settings }: Context, tags: unknown): readonly string[] {
  const lower = (tags as readonly string[]).map((tag) => tag.toLowerCase());
  if (settings.air === 'dsx' && (lower.length === 0 || lower.some((tag) => !TAG.test(tag)))) {
    throw new Problem('invalid_request', 'Field `tags` must have at least one tag, each of 2 to 32 characters.');
  }
  return [...new Set(lower)];
}

/** A demo is made of a copy of the simulation, which stays as it was. */
const DEMO: Special = {
  complete: async (context, { simulation, checkpoint: _, tags, ...members }) => {
    const source = await referred(context, SIMULATIONS.name, 'simulation', simulation);
    mustOwn(context, source);
    mustBe(context, source, 'become a demo', ['INACTIVE']);
    const wanted = tagsOf(context, tags);
    const copy = newRow(context, SIMULATIONS, {
      members: { ...newSimulation(context, source.body.members).members, state: 'DEMO' },
    });
    return {
      along: [put(copy), ...(await copied(context, source.id, copy.id))],
      members: {
        ...members,
        tags: wanted,
        ...newDemo(copy.id, creatorOf(context)),
      },
    };
  },
  change: (context, row, { tags, ...members }) => {
    if (row.body.members['publish_access_record_id'] !== null) {
      throw new Problem('conflict', 'A request about this demo is open, so it cannot be changed.');
    }
    if (tags === undefined) return { members };
    if (isPublished(row) && !isOperator(context)) throw new Problem('forbidden');
    return { members: { ...members, tags: tagsOf(context, tags) } };
  },
  mayRemove: (context, row) => {
    if (isPublished(row) && !isOperator(context)) throw new Problem('forbidden');
  },
  mustManage,
};

function publishing(published: boolean): Handler {
  return async (context) => {
    const row = targetOf(context);
    mustManage(context, row);
    const { prefer_public = true } = context.body as Members;
    const sharedWith = published ? await audienceOf(context) : [];
    await amended(context, DEMOS, row, (before) => {
      if (isPublished(before) === published) {
        throw new Problem('bad_state', published ? 'The demo is published already.' : 'The demo is not published.');
      }
      return {
        members: { published, publicly_published: published && prefer_public === true },
        sharedWith,
      };
    });
    return { status: 204 };
  };
}

/** Asks for something that somebody else has to grant; one request at a time. */
const requested: Handler = async (context) => {
  const row = targetOf(context);
  mustOwn(context, row);
  const record = context.random.uuid();
  const next = await amended(context, DEMOS, row, ({ body }) => {
    if (body.members['publish_access_record_id'] !== null) {
      throw new Problem('conflict', 'A request about this demo is open already.');
    }
    return { members: { publish_access_record_id: record } };
  });
  return { status: 200, body: shown(next) };
};

/** The first time an organisation asks, and every time after that. */
const requestAccess: Handler = async (context) => {
  const row = targetOf(context);
  const collection = 'air.demo_access_requests';
  const id = `${row.id}.${accountOf(context)}`;
  const known = (await context.store.collections.byId(collection, id)) as AirRow | null;
  const request = known ?? accessRequest(context, row, collection, id);
  if (known === null) await context.store.collections.commit([put(request)]);
  return {
    status: known === null ? 201 : 200,
    body: { ...shown(request), marketplace_demo_name: row.body.members['name'] },
  };
};

function accessRequest(context: Context, demo: AirRow, collection: string, id: string): AirRow {
  const { org } = callerOf(context).principal;
  const requested_at = rfc3339(context.now);
  const members = { marketplace_demo: demo.id, publish_access_record: null, requesting_org: org, requested_at };
  return { ...newRow(context, DEMOS, { members }, id), collection };
}

const manage: Handler = async (context) => {
  const { featured, order } = context.body as Members;
  const members = { ...(featured !== undefined && { featured }), ...(order !== undefined && { order }) };
  const next = await amended(context, DEMOS, targetOf(context), () => ({ members }));
  return { status: 200, body: shown(next) };
};

/** A simulation of one's own, out of a demo. */
const provision: Handler = async (context) => {
  const demo = targetOf(context);
  const { name } = context.body as { name?: string };
  const { store } = context;
  const source = (await store.collections.byId(
    collectionOf(SIMULATIONS),
    String(demo.body.members['demo']),
  )) as AirRow | null;
  if (source === null) throw new Problem('not_found');
  const members = { ...source.body.members, name: name ?? demo.body.members['name'] };
  const row = newRow(context, SIMULATIONS, newSimulation(context, members));
  await store.collections.commit([put(row), ...(await copied(context, source.id, row.id))]);
  await amended(context, DEMOS, demo, ({ body }) => ({
    members: { provision_count: Number(body.members['provision_count']) + 1 },
  }));
  return { status: 201, body: simulationView(context, row) };
};

/** Tags belong to the platform: everybody sees them, and whoever may change one may change all. */
const TAGS: Special = {
  mustManage: () => {},
  change: (_context, _row, { name }) => ({ members: name === undefined ? {} : { name: String(name).toLowerCase() } }),
  complete: (_, { name }) => ({ members: { name: String(name).toLowerCase() }, sharedWith: [EVERYBODY] }),
};

export const marketplaceOperations = {
  ...plain(DEMOS, DEMO),
  demos_publish: publishing(true),
  demos_unpublish: publishing(false),
  demos_request_publish: requested,
  demos_request_allowlist_change: requested,
  demos_request_access: requestAccess,
  demos_provision: provision,
  demos_manage: manage,
  ...plain(DEMO_TAGS, TAGS),
};
