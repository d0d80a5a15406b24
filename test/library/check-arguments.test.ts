import { describe, expect, it } from 'vitest';
import { assertReceived, assertRefused, connect, decisionOf, describeVerifier, startMock } from '../../src/index.ts';

const mock = await startMock({ listen: false });

/** Passes any value off as any type, as a JavaScript caller can. */
// biome-ignore lint/suspicious/noExplicitAny: as if there were no types
const anything = (value: unknown): any => value;

async function catchMessage(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return 'nothing was thrown';
}

describe('a mistake of a JavaScript caller', () => {
  it.each<[what: string, call: () => unknown, message: string]>([
    ['assertRefused(promise)', () => assertRefused(anything(mock.fetch('/')), 'no_token'), 'add `await` before it'],
    ['decisionOf(body)', () => decisionOf(anything({ code: 401 })), 'not its body'],
    ['decisionOf(undefined)', () => decisionOf(anything(undefined)), 'but got undefined'],
    ['connect(url, { wrld })', () => connect('http://127.0.0.1:1', anything({ wrld: 'a' })), 'Did you mean `world`?'],
    ['leastPrivilege({ user })', () => mock.leastPrivilege(anything({ user: 'a' })), 'it takes `principal`.'],
    ['leastPrivilege(name)', () => mock.leastPrivilege(anything('nvcf-deployer')), "{ principal: 'nvcf-deployer' }"],
    [
      'assertReceived(mock, operation)',
      () => assertReceived(mock, anything('grant_token')),
      "{ operation: 'grant_token', times: 1 }",
    ],
    [
      'assertRefused(response, { missing: string })',
      () => assertRefused(anything({ headers: {} }), anything({ reason: 'no_token', missing: 'x' })),
      "['list_functions']",
    ],
    ['world(null)', () => mock.world(anything(null)), "world takes an object, such as `{ id: 'team-a' }`; got null."],
    ['world(name)', () => mock.world(anything('x')), 'world takes an object'],
    [
      'worlds.create(name)',
      () => mock.worlds.create(anything('x')),
      "worlds.create takes an object, such as `{ id: 'team-a' }`; got a string.",
    ],
    [
      'decisions.list(effect)',
      () => mock.decisions.list(anything('deny')),
      "decisions.list takes an object, such as `{ effect: 'deny' }`; got a string.",
    ],
    ['decisions.last(effect)', () => mock.decisions.last(anything('deny')), 'decisions.last takes an object'],
    ['requests.list(filter)', () => mock.requests.list(anything('x')), 'requests.list takes an object'],
    ['requests.har(filter)', () => mock.requests.har(anything('x')), 'requests.har takes an object'],
    [
      'startMock(string)',
      () => startMock(anything('x')),
      "startMock takes an object, such as `{ seed: 'seed.yaml' }`; got a string.",
    ],
    [
      'describeVerifier(verify, { audiance })',
      () => describeVerifier(() => {}, anything({ audiance: 'a' })),
      'Did you mean `audience`?',
    ],
    [
      'connect(unreachable).info()',
      () => connect('http://127.0.0.1:1').info(),
      'No server answers on http://127.0.0.1:1.',
    ],
  ])('`%s` is reported with a hint', async (_, call, message) => {
    expect(await catchMessage(call)).toContain(message);
  });

  it('is reported without the argument, which may be a secret', async () => {
    expect(await catchMessage(() => assertReceived(mock, anything('nvapi-secret')))).not.toContain('nvapi');
  });
});
