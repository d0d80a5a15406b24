import { describeConnectionError } from '../lib/connection-advice.ts';
import { UserError } from '../lib/errors.ts';
import { isRecord } from '../lib/members.ts';
import { showValue } from '../lib/redact.ts';
import { isWorldId } from '../lib/world-id.ts';
import { askServer, describeTokenRejection, type RunningServer } from './server-client.ts';
import { listWorlds, prefixOf, readWorldIds } from './world-address.ts';

/** Calls the control API. @param path below `/_mock` @param read undefined for a bad response @throws UserError */
export async function askWorld<Result>(
  server: RunningServer,
  world: string | null,
  path: string,
  read: (body: object) => Result | undefined,
  method = 'GET',
): Promise<Result> {
  // An invalid id isn't sent, because it could turn the path into the path of another call.
  if (world !== null && !isWorldId(world)) throw await createUnknownWorldError(server, world);
  const { status, body } = await callServer(server, `${prefixOf(world)}/_mock${path}`, method);
  const result = status === 200 && typeof body === 'object' && body !== null ? read(body) : undefined;
  if (result !== undefined) return result;
  if (status === 404 && world !== null) throw await createUnknownWorldError(server, world);
  const detail = status === 400 ? readDetail(body) : null;
  throw new UserError(detail ?? describeOtherServer(server));
}

/** Returns an object of a list of an existing world; null if it doesn't exist. @throws UserError as `callServer` */
export async function findInWorld<Found>(server: RunningServer, world: string | null, list: string, id: string) {
  const { status, body } = await callServer(server, `${prefixOf(world)}/_mock/${list}/${encodeURIComponent(id)}`);
  return status === 200 && isRecord(body) ? (body as Found) : null;
}

async function createUnknownWorldError(server: RunningServer, world: string): Promise<UserError> {
  const ids = await readWorldIds(async (path) => (await callServer(server, path)).body);
  if (ids === null) return new UserError(describeOtherServer(server));
  return new UserError(
    `There is no world \`${showValue(world)}\` on ${server.url}. Existing worlds: ${listWorlds(world, ids)}.`,
  );
}

/** Calls the server. @throws UserError if it doesn't respond, or if the control API rejects the token */
async function callServer(server: RunningServer, path: string, method = 'GET'): ReturnType<typeof askServer> {
  const response = await askServer(server, path, method).catch((cause: unknown) => {
    throw createUnreachableError(server, cause);
  });
  if (response.status === 401)
    throw new UserError(`The server on ${server.url} ${describeTokenRejection(server.headers)}.`);
  return response;
}

export function createUnreachableError({ url }: RunningServer, cause: unknown): UserError {
  const advice = describeConnectionError(cause, url);
  if (advice !== null) return new UserError(`The server on ${url} ${advice}.`, { cause });
  return new UserError(`No server answers on ${url}. Start one, or set its address with --url or --port.`, { cause });
}

function describeOtherServer({ url }: RunningServer): string {
  return `The server on ${url} is not nv-auth-mock. Set its address with --url or --port.`;
}

/** Returns the detail of a problem document (RFC 9457); null if the body is anything else. */
export function readDetail(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return null;
  return typeof body.detail === 'string' ? body.detail : null;
}
