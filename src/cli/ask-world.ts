import { isWorldId } from '../addresses/world-id.ts';
import { connectionAdvice } from '../diagnostics/connection-advice.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { isRecord } from '../objects/members.ts';
import { showValue } from '../text/redact.ts';
import { askRunning, type Running, tokenAdvice } from './running.ts';
import { listWorlds, prefixOf, worldIds } from './world.ts';

/**
 * Calls the control API of a world on a running server.
 *
 * @param world null for the default world
 * @param path below `/_mock`
 * @param read parses the response; returns undefined for an unexpected one
 * @param method the method of a call without a body
 * @throws Unusable if the server or world doesn't exist, or with the control API's reason
 */
export async function askWorld<Answer>(
  server: Running,
  world: string | null,
  path: string,
  read: (body: object) => Answer | undefined,
  method = 'GET',
): Promise<Answer> {
  // Don't send an invalid id: its path could lead elsewhere.
  if (world !== null && !isWorldId(world)) throw await noSuchWorld(server, world);
  const { status, body } = await answerOf(server, `${prefixOf(world)}/_mock${path}`, method);
  const answer = status === 200 && typeof body === 'object' && body !== null ? read(body) : undefined;
  if (answer !== undefined) return answer;
  if (status === 404 && world !== null) throw await noSuchWorld(server, world);
  throw status === 400 ? new Unusable(readDetail(body) ?? noMock(server)) : new Unusable(noMock(server));
}

/** Finds an object of an existing world at `path`; null if it doesn't exist. @throws the same errors as `askWorld` */
export async function findInWorld(server: Running, world: string | null, path: string): Promise<object | null> {
  const { status, body } = await answerOf(server, `${prefixOf(world)}/_mock${path}`);
  return status === 200 && isRecord(body) ? body : null;
}

async function noSuchWorld(server: Running, world: string): Promise<Unusable> {
  const ids = await worldIds(async (path) => (await answerOf(server, path)).body);
  if (ids === null) return new Unusable(noMock(server));
  return new Unusable(
    `There is no world \`${showValue(world)}\` on ${server.url}. Existing worlds: ${listWorlds(world, ids)}.`,
  );
}

/** @throws Unusable if the server doesn't respond, or if the control API rejects the token */
async function answerOf(server: Running, path: string, method = 'GET'): ReturnType<typeof askRunning> {
  const answer = await askRunning(server, path, method).catch((cause: unknown) => {
    throw noAnswer(server, cause);
  });
  if (answer.status === 401) throw new Unusable(`The server on ${server.url} ${tokenAdvice(server.headers)}.`);
  return answer;
}

/** Returns an error with advice about a server that doesn't respond. */
export function noAnswer({ url }: Running, cause: unknown): Unusable {
  const advice = connectionAdvice(cause, url);
  if (advice !== null) return new Unusable(`The server on ${url} ${advice}.`, { cause });
  return new Unusable(`No server answers on ${url}. Start one, or set its address with --url or --port.`, { cause });
}

function noMock({ url }: Running): string {
  return `The server on ${url} is not nv-auth-mock. Set its address with --url or --port.`;
}

/** Returns the detail of a problem document. */
export function readDetail(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return null;
  return typeof body.detail === 'string' ? body.detail : null;
}
