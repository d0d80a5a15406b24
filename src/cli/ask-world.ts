import { isWorldId } from '../addresses/world-id.ts';
import { describeConnectionError } from '../diagnostics/connection-advice.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { isRecord } from '../objects/members.ts';
import { showValue } from '../text/redact.ts';
import { askServer, describeTokenRejection, type RunningServer } from './server-client.ts';
import { listWorlds, prefixOf, readWorldIds } from './world-address.ts';

/**
 * Calls the control API of a world on a running server.
 *
 * @param world null for the default world
 * @param path below `/_mock`
 * @param read parses the response; returns undefined for an unexpected one
 * @param method the method of a call without a body
 * @throws UserError if the server or world doesn't exist, or with the control API's reason
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
    ? new UserError(readDetail(body) ?? describeOtherServer(server))
    : new UserError(describeOtherServer(server));
}

/** Finds an object of an existing world at `path`; null if it doesn't exist. @throws the same errors as `askWorld` */
export async function findInWorld(server: RunningServer, world: string | null, path: string): Promise<object | null> {
  const { status, body } = await callServer(server, `${prefixOf(world)}/_mock${path}`);
  return status === 200 && isRecord(body) ? body : null;
}

async function unknownWorldError(server: RunningServer, world: string): Promise<UserError> {
  const ids = await readWorldIds(async (path) => (await callServer(server, path)).body);
  if (ids === null) return new UserError(describeOtherServer(server));
  return new UserError(
    `There is no world \`${showValue(world)}\` on ${server.url}. Existing worlds: ${listWorlds(world, ids)}.`,
  );
}

/** @throws UserError if the server doesn't respond, or if the control API rejects the token */
async function callServer(server: RunningServer, path: string, method = 'GET'): ReturnType<typeof askServer> {
  const response = await askServer(server, path, method).catch((cause: unknown) => {
    throw createUnreachableError(server, cause);
  });
  if (response.status === 401)
    throw new UserError(`The server on ${server.url} ${describeTokenRejection(server.headers)}.`);
  return response;
}

/** Returns an error with advice about a server that doesn't respond. */
export function createUnreachableError({ url }: RunningServer, cause: unknown): UserError {
  const advice = describeConnectionError(cause, url);
  if (advice !== null) return new UserError(`The server on ${url} ${advice}.`, { cause });
  return new UserError(`No server answers on ${url}. Start one, or set its address with --url or --port.`, { cause });
}

function describeOtherServer({ url }: RunningServer): string {
  return `The server on ${url} is not nv-auth-mock. Set its address with --url or --port.`;
}

/** Returns the detail of a problem document. */
export function readDetail(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return null;
  return typeof body.detail === 'string' ? body.detail : null;
}
