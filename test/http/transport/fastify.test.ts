import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { knownHosts } from '../../../src/core/hosts.ts';
import { SILENT } from '../../../src/core/log.ts';
import { Connections } from '../../../src/http/transport/connections.ts';
import { CrossOrigin } from '../../../src/http/transport/cross-origin.ts';
import { makeFastify } from '../../../src/http/transport/fastify.ts';
import { limitsOf } from '../../../src/http/transport/limits.ts';
import { Outgoing } from '../../../src/http/transport/outgoing.ts';
import type { ProtocolErrors } from '../../../src/http/transport/protocol-errors.ts';
import { worldAddressesOf } from '../../../src/http/transport/world-address.ts';

/** A server without services. */
const made = () => {
  const limits = limitsOf();
  const framework = async () => ({ status: 418, headers: {}, payload: 'edge' });
  const edges = { framework } as unknown as ProtocolErrors;
  return makeFastify(edges, { answer: () => null }, new Connections(limits), limits, {
    addresses: worldAddressesOf(knownHosts([]), []),
    outgoing: new Outgoing(),
    crossOrigin: new CrossOrigin([]),
    log: SILENT,
  });
};

it('a request is routed below its world', async () => {
  const app = made();
  app.get('/a', async ({ raw }) => raw.headers.host);

  expect((await app.inject({ method: 'GET', url: '/w/alice/a', headers: { host: 'mock.test' } })).body).toBe(
    'mock.test',
  );
});

it('a host of paths adds its prefix below the world, which its name or the path may name', async () => {
  const addresses = worldAddressesOf(knownHosts([]), [
    { pattern: /^toys\./, prefix: '/toys' },
    { pattern: /^keys\./, prefix: '' },
  ]);
  const opened = (host: string, url: string) => {
    const raw = { url, headers: { host } } as IncomingMessage;
    return [addresses.open(raw), addresses.of(raw)?.world ?? null];
  };

  expect(opened('toys.localhost', '/v1/balls?q=1')).toEqual(['/toys/v1/balls?q=1', null]);
  expect(opened('Toys.LOCALHOST:1', '/')).toEqual(['/toys/', null]);
  expect(opened('toys.alice.localhost', '/v1')).toEqual(['/toys/v1', 'alice']);
  expect(opened('toys.localhost', '/w/alice/v1')).toEqual(['/toys/v1', 'alice']);
  expect(opened('toys.localhost', '*')).toEqual(['/toys/*', null]);
  expect(opened('keys.localhost', '/v1/keys')).toEqual(['/v1/keys', null]);
  expect(opened('keys.alice.localhost', '/v1/keys')).toEqual(['/v1/keys', 'alice']);
  expect(opened('localhost', '/v1')).toEqual(['/v1', null]);
  expect(opened('mytoys.localhost', '/v1')).toEqual(['/v1', 'mytoys']);
});

it('a body stays a stream, of whatever type it is said to be', async () => {
  const app = made();
  app.post('/a', async ({ raw, body }) => ({ body, sent: await text(raw) }));

  const answer = await app.inject({ method: 'POST', url: '/a', headers: { 'content-type': 'none' }, payload: '{' });

  expect(answer.json()).toEqual({ sent: '{' });
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
