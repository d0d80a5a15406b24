import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const server = await testServer();
const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it.each([
  ['has the trace of its client', VALID, VALID],
  ['has none without the header', undefined, undefined],
  ['has none if the trace id is zero', '00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
  ['has none if the version is invalid', `ff${VALID.slice(2)}`, undefined],
  ['has none in upper case', VALID.toUpperCase(), undefined],
  ['has none if more follows', `${VALID}-more`, undefined],
])('the journal entry of a request %s', async (_, traceparent, reported) => {
  await server.call('GET /api/v1/users', { headers: traceparent === undefined ? {} : { traceparent } });
  const { body } = await server.call('GET /_mock/requests?limit=1');
  expect(body.requests[0].traceparent).toBe(reported);
});
