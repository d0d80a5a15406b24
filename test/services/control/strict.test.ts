/**
 * The control API rejects unknown members of bodies and unknown query parameters,
 * because a call that ignored a misspelt member would have another effect.
 */

import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer({ propagation: 'fixed' });
const SERVICE_KEY = { type: 'service', name: 'ci', services: ['nvcf'] };

describe('unknown names are rejected with the nearest name:', () => {
  const ALL = { type: 'All Functions' };
  const keyFor = (resource: object) => ({ ...SERVICE_KEY, resource });
  const cases: [request: string, body: unknown, detail: string][] = [
    [
      'PUT /_mock/propagation',
      { mod: 'fixed' },
      'Field `mod` is not known here; did you mean `mode`? There are `mode`, `delay`, `seed`.',
    ],
    [
      'POST /_mock/keys',
      keyFor([ALL, { typ: 'Function' }]),
      'Field `resource.1.typ` is not known here; did you mean `type`?',
    ],
    ['POST /_mock/clock/freeze', { to: 'now' }, 'Field `to` is not known here; there are none.'],
    ['GET /_mock/health?ready', undefined, 'Query parameter `ready` is not known here; there are none.'],
    [
      'GET /_mock/keys?constructor=1',
      undefined,
      'Query parameter `constructor` is not known here; there are `org`, `since`, `after`, `limit`.',
    ],
    ['PUT /_mock/propagation', '{"__proto__":{"mode":"fixed"}}', '`__proto__`, which is never accepted'],
  ];

  it.each(cases)('%s %j', async (request, body, detail) => {
    const answer = await server.call(request, { body });

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain(detail);
  });

  it.each([
    ['PUT /_mock/propagation', { mode: 'fixd' }, '`mode`', '`fixed`'],
    ['GET /_mock/decisions?effect=alow', undefined, '`effect`', '`allow`'],
  ])('values of enumerations: %s %j', async (request, body, member, nearest) => {
    const { status, body: problem } = await server.call(request, { body });

    expect(status).toBe(400);
    expect(problem.detail).toContain(`${member} is not valid; expected one of `);
    expect(problem.detail).toMatch(new RegExp(`Did you mean ${nearest}\\?$`));
  });

  it.each([
    [{ services: ['nvfc'] }, '`nvcf`'],
    [{ type: 'personal', roles: ['aire'] }, '`air`'],
  ])('names within a key: %j', async (part, nearest) => {
    const { status, body } = await server.call('POST /_mock/keys', { body: { ...SERVICE_KEY, ...part } });

    expect(status).toBe(400);
    expect(body.detail).toContain(` Did you mean ${nearest}?`);
  });
});

it('an error contains no credential that was sent in place of a name', async () => {
  const { key } = castKey('owner');
  const bodies: [request: string, body: object][] = [
    ['POST /_mock/keys', { ...SERVICE_KEY, [key]: 1 }],
    ['POST /_mock/keys', { ...SERVICE_KEY, services: [key] }],
    ['POST /_mock/keys', { ...SERVICE_KEY, scopes: [key] }],
    ['POST /_mock/keys', { ...SERVICE_KEY, type: 'personal', roles: [key] }],
    ['POST /_mock/decisions/simulate', { held: { roles: [key] }, operations: '*' }],
    ['PUT /_mock/propagation', { mode: key }],
  ];
  for (const [request, body] of bodies) {
    const answer = await server.call(request, { body });
    expect(answer.status, request).toBe(400);
    expect(problemDocument(answer)).not.toContain(key);
  }
});

it('calls without parameters accept an empty body, an empty object and no body', async () => {
  for (const body of [undefined, '', {}, '{}']) {
    expect((await server.call('POST /_mock/reset', { body })).status, JSON.stringify(body)).toBe(200);
  }
});

it('an invalid seed in a body is rejected with the path of the error', async () => {
  const seed = { ngc: { keys: [{ nam: 'a' }] } };
  const { status, body } = await server.call('POST /_mock/worlds', { body: { seed } });

  expect(status).toBe(400);
  expect(body.detail).toMatch(/^Field `seed`: /);
  expect(body.detail).toContain('unknown key `nam` in `ngc.keys[0]`; did you mean `name`?');
});
