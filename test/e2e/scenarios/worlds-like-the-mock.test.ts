import { describe } from 'vitest';
import { createMachineClock } from '../../../src/lib/clock.ts';
import { behavesLikeTheMock, type Door } from '../../support/doors.ts';
import { testServer } from '../../support/server.ts';
import { fetchThrough } from '../../support/sockets.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer({}, { clock: createMachineClock() });
const { port } = new URL((await server.listen('127.0.0.1', 0)).url);
const fetchAtPort = fetchThrough(Number(port));
const root = `http://localhost:${port}`;

/** Creates a door over a socket, whose requests all have these headers. */
function createDoor(url: string, headers: Readonly<Record<string, string>> = {}): Door {
  return {
    url,
    fetch: (input, { headers: given, ...init } = {}) =>
      fetchAtPort(input, { ...init, headers: { ...headers, ...(given as Record<string, string>) } }),
  };
}

describe('a world with the credentials of the cast', async () => {
  const { id, made } = await makeWorld(server, { id: 'shared', credentials: 'cast' });
  const ways: readonly (readonly [way: string, door: Door])[] = [
    ['prefix', createDoor(`${root}/w/${id}`)],
    ['host', createDoor(`http://${id}.localhost:${port}`)],
    ['header', createDoor(root, made.header)],
  ];
  describe.each(ways)('selected by %s', (_, door) => behavesLikeTheMock(async () => door));
});

describe('a world with its own credentials, selected by these alone,', async () => {
  const { id } = await makeWorld(server, { id: 'own' });
  const door: Door = {
    url: root,
    // Requests to the control API have no credential, so they name the world.
    fetch: (input, init) => fetchAtPort(input.replace(`${root}/_mock`, `${root}/w/${id}/_mock`), init),
  };
  behavesLikeTheMock(async () => door);
});
