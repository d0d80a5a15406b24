import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const server = await testServer();
const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it.each([
  ['of the trace of its client', VALID, VALID],
  ['of none, without one', undefined, undefined],
  ['of none, where the trace has no id', '00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
  ['of none, where the version is none', `ff${VALID.slice(2)}`, undefined],
  ['of none, where it is in capitals', VALID.toUpperCase(), undefined],
  ['of none, where more follows', `${VALID}-more`, undefined],
])('the journal tells of a request %s', async (_, traceparent, reported) => {
  await server.call('GET /api/v1/users', { headers: traceparent === undefined ? {} : { traceparent } });
  const { body } = await server.call('GET /_mock/requests?limit=1');
  expect(body.requests[0].traceparent).toBe(reported);
});
