import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { StreamedBytes } from '../../../responses/streamed-bytes.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { measureExtent } from '../lists.ts';
import type { Ports } from '../ports.ts';

/** The size of a seed whose cast is sent in pieces, because the heap may not have room for it, in characters. */
const LARGE_SEED = 1024 * 1024;

/** Operations on the whole world: calls, health, info, cast and reset. */
export function worldOperations(ports: Ports) {
  const listCalls: Handler<'control', 'list_calls'> = () => {
    const calls = ports.listOperations();
    return { status: 200, body: { calls, ...measureExtent(calls), documentation: '/docs' } };
  };

  const getHealth: Handler<'control', 'get_health'> = ({ store }) => {
    const reason = store.fault();
    if (reason === null) return { status: 200, body: { status: 'ready' } };
    return { status: 503, body: { status: 'storage', reason }, refusal: new Problem('storage_failing', reason) };
  };

  const getInfo: Handler<'control', 'get_info'> = async ({ world }) => ({
    status: 200,
    body: await ports.readInfo(world),
  });

  const getCast: Handler<'control', 'get_cast'> = async (context) => {
    const { world, query } = context;
    if ((await world.seed()).text.length < LARGE_SEED) {
      return { status: 200, body: await ports.buildCast(world, query.bearers) };
    }
    const parts = await ports.streamCast(world, query.bearers);
    // The document's type is the object that the parts make.
    return {
      status: 200,
      body: new StreamedBytes(() => parts) as never,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    };
  };

  const resetWorld: Handler<'control', 'reset_world'> = async ({ world }) => {
    await world.reset();
    return { status: 200, body: { status: 'reset', now: rfc3339(world.clock.now()) } };
  };

  return {
    list_calls: listCalls,
    get_health: getHealth,
    get_info: getInfo,
    get_cast: getCast,
    reset_world: resetWorld,
  };
}
