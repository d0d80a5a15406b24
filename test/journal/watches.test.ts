import { expect, it } from 'vitest';
import type { JudgedRequest, Watch } from '../../src/journal/watches.ts';
import { judgeRequests } from '../../src/journal/watches.ts';

const WATCH: Watch = { isRefused: ({ decision }) => decision.effect === 'deny' };

/** A request with its start and its end, in milliseconds. */
function createRequest(id: string, path: string, effect: 'allow' | 'deny', from: number, until: number): JudgedRequest {
  const entry = { id, method: 'GET', fault: null, startedAt: from, durationMs: until - from } as JudgedRequest['entry'];
  return {
    entry,
    path,
    decision: { effect } as JudgedRequest['decision'],
    body: () => undefined,
    header: () => undefined,
  };
}

it.each([
  ['no request', [], 'waiting', []],
  ['an allowed request', [createRequest('a', '/x', 'allow', 0, 1)], 'waiting', []],
  ['one denial', [createRequest('a', '/x', 'deny', 0, 1)], 'passed', ['a']],
  [
    'denials of two paths',
    [createRequest('a', '/x', 'deny', 0, 1), createRequest('b', '/y', 'deny', 2, 3)],
    'passed',
    ['a', 'b'],
  ],
  [
    'a repetition',
    [createRequest('a', '/x', 'deny', 0, 1), createRequest('b', '/x', 'deny', 1, 2)],
    'failed',
    ['a', 'b'],
  ],
  [
    'concurrent requests',
    [createRequest('a', '/x', 'deny', 0, 9), createRequest('b', '/x', 'deny', 8, 10)],
    'passed',
    ['a', 'b'],
  ],
  [
    'a repetition after the second of two concurrent requests',
    [
      createRequest('a', '/x', 'deny', 0, 9),
      createRequest('b', '/x', 'deny', 1, 3),
      createRequest('c', '/x', 'deny', 4, 5),
    ],
    'failed',
    ['b', 'c'],
  ],
])('a watch judges %s', (_, requests, result, ids) => {
  expect(judgeRequests(WATCH, requests)).toMatchObject({ result, requests: ids });
});

it('a cure passes even before a denial, and does not excuse a repetition', () => {
  const watch: Watch = {
    ...WATCH,
    cure: { name: 'The new key', matches: ({ decision }) => decision.effect === 'allow' },
  };
  const [refused, cured, again] = [
    createRequest('a', '/x', 'deny', 0, 1),
    createRequest('b', '/x', 'allow', 2, 3),
    createRequest('c', '/x', 'deny', 4, 5),
  ];
  expect(judgeRequests(watch, [cured])).toMatchObject({ result: 'passed', requests: ['b'] });
  expect(judgeRequests(watch, [refused])).toMatchObject({ result: 'waiting', requests: ['a'] });
  expect(judgeRequests(watch, [refused, cured])).toMatchObject({ result: 'passed', requests: ['a', 'b'] });
  expect(judgeRequests(watch, [refused, cured, again])).toMatchObject({ result: 'failed', requests: ['a', 'c'] });
});
