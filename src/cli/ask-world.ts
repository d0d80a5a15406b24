import { isWorldId } from '../addresses/world-id.ts';
import { connectionAdvice } from '../diagnostics/connection-advice.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { isRecord } from '../objects/members.ts';
import { showValue } from '../text/redact.ts';
import { askRunning, type RunningServer, tokenAdvice } from './running.ts';
import { listWorlds, prefixOf, readWorldIds } from './world.ts';

/**
 * Calls the control API of a world on a running server.
 *
 * @param world null for the default world
 * @param path below `/_mock`
 * @param read parses the response; returns undefined for an unexpected one
 * @param method the method of a call without a body
 * @throws Unusable if the server or world doesn't exist, or with the control API's reason
 */
export async function askWorld<Result>(
  server: RunningServer,
  world: string | null,
  path: string,
  read: (body: object) => Result | undefined,
  method = 'GET',
): Promise<Result> {
  // Don't send an invalid id: its path could lead elsewhere.
  if (world !== null && !isWorldId(world)) throw await unknownWorldError(server, world);
  const { status, body } = await callServer(server, `${prefixOf(world)}/_mock${path}`, method);
  const result = status === 200 && typeof body === 'object' && body !== null ? read(body) : undefined;
  if (result !== undefined) return result;
  if (status === 404 && world !== null) throw await unknownWorldError(server, world);
  throw status === 400
    ? new Unusable(readDetail(body) ?? describeOtherServer(server))
    : new Unusable(describeOtherServer(server));
}

/** Finds an object of an existing world at `path`; null if it doesn't exist. @throws the same errors as `askWorld` */
export async function findInWorld(server: RunningServer, world: string | null, path: string): Promise<object | null> {
  const { status, body } = await callServer(server, `${prefixOf(world)}/_mock${path}`);
  return status === 200 && isRecord(body) ? body : null;
}

async function unknownWorldError(server: RunningServer, world: string): Promise<Unusable> {
  const ids = await readWorldIds(async (path) => (await callServer(server, path)).body);
  if (ids === null) return new Unusable(describeOtherServer(server));
  return new Unusable(
    `There is no world \`${showValue(world)}\` on ${server.url}. Existing worlds: ${listWorlds(world, ids)}.`,
  );
}

/** @throws Unusable if the server doesn't respond, or if the control API rejects the token */
async function callServer(server: RunningServer, path: string, method = 'GET'): ReturnType<typeof askRunning> {
  const response = await askRunning(server, path, method).catch((cause: unknown) => {
    throw unreachableError(server, cause);
  });
  if (response.status === 401) throw new Unusable(`The server on ${server.url} ${tokenAdvice(server.headers)}.`);
  return response;
}

/** Returns an error with advice about a server that doesn't respond. */
export function unreachableError({ url }: RunningServer, cause: unknown): Unusable {
  const advice = connectionAdvice(cause, url);
  if (advice !== null) return new Unusable(`The server on ${url} ${advice}.`, { cause });
  return new Unusable(`No server answers on ${url}. Start one, or set its address with --url or --port.`, { cause });
}

function describeOtherServer({ url }: RunningServer): string {
  return `The server on ${url} is not nv-auth-mock. Set its address with --url or --port.`;
}

/** Returns the detail of a problem document. */
export function readDetail(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return null;
  return typeof body.detail === 'string' ? body.detail : null;
}
