import { describe, expect, it } from 'vitest';
import { assertReceived, assertRefused, connect, decisionOf, describeVerifier, startMock } from '../../src/index.ts';

const mock = await startMock({ listen: false });

/** JavaScript hands over anything. */
// biome-ignore lint/suspicious/noExplicitAny: as if there were no types
const anything = (value: unknown): any => value;

async function thrownBy(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return 'nothing was thrown';
}

describe('whoever writes JavaScript is told', () => {
  it.each<[what: string, call: () => unknown, said: string]>([
    ['to await an answer', () => assertRefused(anything(mock.fetch('/')), 'no_token'), 'add `await` before it'],
    ['that a body is no answer', () => decisionOf(anything({ code: 401 })), 'not its body'],
    ['that nothing is no answer', () => decisionOf(anything(undefined)), 'but got undefined'],
    ['of a misspelt option', () => connect('http://127.0.0.1:1', anything({ wrld: 'a' })), 'Did you mean `world`?'],
    ['what an option is', () => mock.leastPrivilege(anything({ user: 'a' })), 'it takes `principal`.'],
    [
      'that a name stands in an object',
      () => mock.leastPrivilege(anything('nvcf-deployer')),
      "{ principal: 'nvcf-deployer' }",
    ],
    [
      'which requests can be expected',
      () => assertReceived(mock, anything('grant_token')),
      "{ operation: 'grant_token', times: 1 }",
    ],
    [
      'what lacks are',
      () => assertRefused(anything({ headers: {} }), anything({ reason: 'no_token', missing: 'x' })),
      "['list_functions']",
    ],
    [
      'what worlds are made of',
      () => mock.world(anything(null)),
      "world takes an object, such as `{ id: 'team-a' }`; got null.",
    ],
    ['that a world is not made by name', () => mock.world(anything('x')), 'world takes an object'],
    [
      'that a world is not created by name',
      () => mock.worlds.create(anything('x')),
      "worlds.create takes an object, such as `{ id: 'team-a' }`; got a string.",
    ],
    [
      'how decisions are listed',
      () => mock.decisions.list(anything('deny')),
      "decisions.list takes an object, such as `{ effect: 'deny' }`; got a string.",
    ],
    ['how the last decision is found', () => mock.decisions.last(anything('deny')), 'decisions.last takes an object'],
    ['how requests are listed', () => mock.requests.list(anything('x')), 'requests.list takes an object'],
    ['how requests are exported', () => mock.requests.har(anything('x')), 'requests.har takes an object'],
    [
      'how a mock is started',
      () => startMock(anything('x')),
      "startMock takes an object, such as `{ seed: 'seed.yaml' }`; got a string.",
    ],
    ['which drill to run', () => mock.drills.run(anything(undefined)), "'token-outage'"],
    [
      'how a verifier is tried',
      () => describeVerifier(() => {}, anything({ audiance: 'a' })),
      'Did you mean `audience`?',
    ],
    ['where no server is', () => connect('http://127.0.0.1:1').info(), 'No server answers on http://127.0.0.1:1.'],
  ])('%s', async (_, call, said) => {
    expect(await thrownBy(call)).toContain(said);
  });

  it('without what was given, which may be a secret', async () => {
    expect(await thrownBy(() => assertReceived(mock, anything('nvapi-secret')))).not.toContain('nvapi');
  });
});
