import type { Context, Handler } from '../../../contract/request.ts';
import type { Caller } from '../../../decisions/decide.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Verdict } from '../../../journal/watches.ts';
import { adviseName } from '../../../text/nearest.ts';
import { END_OF_TIME, rfc3339 } from '../../../time/clock.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../../time/duration.ts';
import { measureExtent } from '../lists.ts';
import type { KnownDrill, Ports } from '../ports.ts';

/** Operations that list, start and end drills: scripted failures that a correct client survives. */
export function drillOperations({ listDrills }: Ports) {
  const findDrill = (name: string): KnownDrill => {
    const all = listDrills();
    const knownDrill = all.find(({ drill }) => drill.name === name);
    if (knownDrill !== undefined) return knownDrill;
    const names = all.map(({ drill }) => drill.name);
    throw new Problem(
      'not_found',
      `Unknown drill \`${name.slice(0, 100)}\`.${adviseName(name, names, '`GET /_mock/drills`')}`,
    );
  };

  const list: Handler<'control', 'list_drills'> = async (context) => {
    await context.world.faults.sweep(context.now);
    const verdicts = context.world.activityLog.watches.verdicts();
    const all = listDrills().map((knownDrill) => drillView(knownDrill, context, verdicts));
    return { status: 200, body: { drills: all, ...measureExtent(all) } };
  };

  const get: Handler<'control', 'get_drill'> = async (context) => {
    const { faults, activityLog } = context.world;
    await faults.sweep(context.now);
    return { status: 200, body: drillView(findDrill(context.params.name), context, activityLog.watches.verdicts()) };
  };

  const start: Handler<'control', 'start_drill'> = async (context) => {
    const { world, params, body } = context;
    const knownDrill = findDrill(params.name);
    const { drill } = knownDrill;
    const duration = readDuration(knownDrill, body.for, context.now);
    const affected = await findPrincipal(knownDrill, body.principal, context);
    await stop(context, drill.name);
    const {
      summary,
      faults = [],
      principal = affected?.principal,
      credentials,
      key,
      watch,
    } = await reportRefusalAsConflict(drill.run(context, affected));
    if (watch !== undefined) world.activityLog.watches.start(drill.name, watch);
    const startedAt = world.clock.now();
    const until = duration === null ? null : startedAt + duration;
    for (const { match, action } of faults) {
      await world.faults.add(
        { match, action, probability: 1, seed: '1', times: null, after: 0, until, drill: drill.name },
        startedAt,
      );
    }
    return {
      status: 201,
      body: {
        name: drill.name,
        did: summary,
        rightClient: drill.rightClient,
        principal: principal ?? null,
        startedAt: rfc3339(startedAt),
        endsAt: until === null ? null : rfc3339(until),
        faults: findDrillFaults(context, drill.name).map(({ id }) => id),
        ...(credentials !== undefined && { credentials }),
        ...(key !== undefined && { key }),
      },
    };
  };

  const end: Handler<'control', 'end_drill'> = async (context) => {
    const { drill } = findDrill(context.params.name);
    if (await stop(context, drill.name)) return { status: 204 };
    throw new Problem(
      'not_found',
      `The drill \`${drill.name}\` is not running. \`GET /_mock/drills\` lists the running drills.`,
    );
  };

  return { list_drills: list, get_drill: get, start_drill: start, end_drill: end };
}

function findDrillFaults({ world }: Context, name: string) {
  return world.faults.listInForce().filter(({ drill }) => drill === name);
}

/** Removes the faults of a drill. @returns whether the drill was running */
async function stop(context: Context, name: string): Promise<boolean> {
  await context.world.faults.sweep(context.now);
  const faults = findDrillFaults(context, name);
  for (const { id } of faults) await context.world.faults.remove(id);
  return faults.length > 0;
}

function drillView({ service, drill }: KnownDrill, context: Context, verdicts: ReadonlyMap<string, Verdict>) {
  const { name, event, rightClient, durationMs, affects } = drill;
  const [running] = findDrillFaults(context, name);
  const endsAt = running?.until ?? null;
  return {
    name,
    service,
    what: event,
    rightClient,
    about: affects,
    lasts: durationMs === null ? null : formatDuration(durationMs),
    running: running !== undefined,
    endsAt: endsAt === null ? null : rfc3339(endsAt),
    verdict: verdicts.get(name) ?? null,
  };
}

/** Returns the duration of a drill in milliseconds; null if it happens at once. */
function readDuration(
  { drill: { name, durationMs } }: KnownDrill,
  duration: string | undefined,
  now: number,
): number | null {
  if (duration === undefined) return durationMs;
  if (durationMs === null)
    throw new Problem('invalid_request', `Field \`for\` is not allowed: the drill \`${name}\` has no duration.`);
  const milliseconds = parseDuration(duration);
  if (milliseconds !== null && now + milliseconds <= END_OF_TIME) return milliseconds;
  throw new Problem('invalid_request', `Field \`for\` must be ${DURATION_FORMS}, and end before the year 9999.`);
}

/** Returns the principal that was chosen for the drill; null if none was. */
async function findPrincipal(
  { service, drill: { name, affects }, find }: KnownDrill,
  principal: string | undefined,
  context: Context,
): Promise<Caller | null> {
  if (principal === undefined) return null;
  if (affects === 'all') {
    throw new Problem(
      'invalid_request',
      `Field \`principal\` is not allowed: the drill \`${name}\` affects all callers.`,
    );
  }
  const caller = await reportRefusalAsConflict(find(context, principal));
  if (caller !== null) return caller;
  throw new Problem(
    'invalid_request',
    `Field \`principal\` must be a caller of the service \`${service}\`. \`GET /_mock/cast\` lists them.`,
  );
}

/** Turns a 401 about the credential of the chosen principal into a 409, because the caller needs no credential. */
async function reportRefusalAsConflict<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.kind !== 'unauthenticated') throw thrown;
    throw new Problem(
      'conflict',
      `The credential of the principal is refused (\`${thrown.reason}\`), so a drill would have no effect. Choose another \`principal\`, or reset the world with \`POST /_mock/reset\`.`,
    );
  }
}
