import { describe } from 'vitest';
import { createMachineClock } from '../../src/time/clock.ts';
import { behavesLikeTheMock, type Door } from '../support/doors.ts';
import { testServer } from '../support/server.ts';
import { fetchThrough } from '../support/sockets.ts';
import { makeWorld } from '../support/worlds.ts';

const server = await testServer({}, { clock: createMachineClock() });
const { port } = new URL((await server.listen('127.0.0.1', 0)).url);
const through = fetchThrough(Number(port));
const root = `http://localhost:${port}`;

/** A way in over real sockets. @param headers what every request says beside its own */
function doorTo(url: string, headers: Readonly<Record<string, string>> = {}): Door {
  return {
    url,
    fetch: (input, { headers: given, ...init } = {}) =>
      through(input, { ...init, headers: { ...headers, ...(given as Record<string, string>) } }),
  };
}

describe('a world with the credentials of the cast', async () => {
  const { id, made } = await makeWorld(server, { id: 'shared', credentials: 'cast' });
  const ways: readonly (readonly [way: string, door: Door])[] = [
    ['prefix', doorTo(`${root}/w/${id}`)],
    ['host', doorTo(`http://${id}.localhost:${port}`)],
    ['header', doorTo(root, made.header)],
  ];
  describe.each(ways)('by %s', (_, door) => behavesLikeTheMock(async () => door));
});

describe('a world with credentials of its own, by these alone', async () => {
  const { id } = await makeWorld(server, { id: 'own' });
  const door: Door = {
    url: root,
    // What drives the mock presents no credential, so it names its world.
    fetch: (input, init) => through(input.replace(`${root}/_mock`, `${root}/w/${id}/_mock`), init),
  };
  behavesLikeTheMock(async () => door);
});
