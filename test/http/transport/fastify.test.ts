import { expect, it } from 'vitest';
import { knownHosts } from '../../../src/core/hosts.ts';
import { Connections } from '../../../src/http/transport/connections.ts';
import { doorsOf } from '../../../src/http/transport/doors.ts';
import type { Edges } from '../../../src/http/transport/edges.ts';
import { makeFastify } from '../../../src/http/transport/fastify.ts';
import { limitsOf } from '../../../src/http/transport/limits.ts';
import { Outgoing } from '../../../src/http/transport/outgoing.ts';

/** A server without services: what it cannot route is told by where it led to. */
const made = () => {
  const limits = limitsOf();
  const leading = { lead: ({ url }: { url?: string | undefined }) => `/led${url}` };
  const framework = async () => ({ status: 418, headers: {}, payload: 'edge' });
  const edges = { framework } as unknown as Edges;
  return makeFastify(edges, leading, new Connections(limits), limits, {
    doors: doorsOf(knownHosts([]), []),
    outgoing: new Outgoing(),
  });
};

it('a request is led before it is routed: HEAD as GET, below its world, by its host', async () => {
  const app = made();
  app.get('/led/a', async () => 'here');

  expect((await app.inject({ method: 'GET', url: '/w/alice/a' })).body).toBe('here');
  expect((await app.inject({ method: 'HEAD', url: '/a' })).statusCode).toBe(200);
});

it('what the framework refuses by itself is answered by the edges', async () => {
  const { statusCode, body } = await made().inject('/%zz');

  expect([statusCode, body]).toEqual([418, 'edge']);
});

it('a route with a schema is refused: the documents are what is validated against', async () => {
  const app = made();
  app.get('/a', { schema: { querystring: { type: 'object' } } }, async () => 'here');

  await expect(app.ready()).rejects.toThrow('routes have no schema');
});
