/** The steps of a request in their order. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createLineLog } from '../../src/lib/log.ts';
import { castKey } from '../support/ngc-cast.ts';
import { type Request, testServer } from '../support/server.ts';

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line.trim())) },
);
const [owner, invoker] = [castKey('nvcf-full-access').key, castKey('nvcf-invoker').key];
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const deploy = (functionId = UNKNOWN_ID, versionId = UNKNOWN_ID) =>
  `POST /v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`;
const GARBAGE = '{"deployment';
const VALID = { deploymentSpecifications: [{ gpu: 'L40G', instanceType: 'x', maxInstances: 1, minInstances: 1 }] };

beforeEach(() => {
  log.length = 0;
});

describe('a request with several faults is rejected for the first of them:', () => {
  const page = { origin: 'http://evil.test' };
  const cases: [fault: string, status: number, expected: string, request: string, parts: Request][] = [
    ['its origin is rejected', 403, 'another origin', deploy(''), { body: GARBAGE, headers: page }],
    ['its path is unknown', 404, 'No operation', deploy(''), { body: GARBAGE }],
    ['it has no credential', 401, 'no `Authorization` header', deploy(), { body: GARBAGE }],
    ['its caller has no right', 403, 'it needs `deploy_function`', deploy(), { token: invoker, body: GARBAGE }],
    ['its body is invalid JSON', 400, 'not valid JSON', deploy(), { token: owner, body: GARBAGE }],
    ['its body is invalid', 400, '`deploymentSpecifications` is missing', deploy(), { token: owner, body: {} }],
    ['its object does not exist', 404, `${UNKNOWN_ID}\` does not exist`, deploy(), { token: owner, body: VALID }],
  ];

  it.each(cases)('%s', async (_fault, status, expected, request, parts) => {
    expect((await server.call(request, parts)).status).toBe(status);
    // A refused page is also a warning, which comes first.
    expect(log.filter((line) => !line.includes(' warn '))).toEqual([expect.stringContaining(expected)]);
  });
});
