import { Unusable } from '../core/unusable.ts';
import { isWorldId } from '../core/world-id.ts';
import { askRunning, type Running, tlsAdvice, tokenAdvice } from './running.ts';
import { prefixOf, worldIds, worldsInWords } from './world.ts';

/**
 * Asks the switchboard of a world of a running server.
 *
 * @param world null for the default world
 * @param path below `/_mock`
 * @param read what the answer should be; undefined if it is something else
 * @throws Unusable if there is no such server or world, or with the reason that the switchboard gives
 */
export async function askWorld<Told>(
  server: Running,
  world: string | null,
  path: string,
  read: (body: object) => Told | undefined,
): Promise<Told> {
  // A name that cannot be a world's is not looked up: such a path could lead elsewhere.
  if (world !== null && !isWorldId(world)) throw await noSuchWorld(server, world);
  const { status, body } = await answerOf(server, `${prefixOf(world)}/_mock${path}`);
  const told = status === 200 && typeof body === 'object' && body !== null ? read(body) : undefined;
  if (told !== undefined) return told;
  if (status === 404 && world !== null) throw await noSuchWorld(server, world);
  throw status === 400 ? new Unusable(detailOf(body) ?? noMock(server)) : new Unusable(noMock(server));
}

async function noSuchWorld(server: Running, world: string): Promise<Unusable> {
  const ids = await worldIds(async (path) => (await answerOf(server, path)).body);
  if (ids === null) return new Unusable(noMock(server));
  return new Unusable(`There is no world \`${world}\` on ${server.url}. Existing worlds: ${worldsInWords(ids)}.`);
}

/** @throws Unusable if nothing answers, or if the switchboard wants a different token */
async function answerOf(server: Running, path: string): ReturnType<typeof askRunning> {
  const { url, headers } = server;
  const answer = await askRunning(server, path).catch((cause: unknown) => {
    const advice = tlsAdvice(cause);
    if (advice !== null) throw new Unusable(`What answers on ${url} ${advice}.`, { cause });
    throw new Unusable(`No server answers on ${url}. Start one, or say where it is with --url or --port.`, { cause });
  });
  if (answer.status === 401) throw new Unusable(`The server on ${url} ${tokenAdvice(headers)}.`);
  return answer;
}

function noMock({ url }: Running): string {
  return `What answers on ${url} is not nv-auth-mock. Say where it is with --url or --port.`;
}

/** What a problem document of the switchboard says. */
function detailOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return null;
  return typeof body.detail === 'string' ? body.detail : null;
}
