import { beforeAll, describe, expect, it } from 'vitest';
import { drawAt } from '../../../src/lib/random.ts';
import {
  type GivenResource,
  type MadeKey,
  makeKey,
  OPERATION_NAMES,
  type OperationName,
  SCOPES,
  type StagedServer,
  stagedServer,
  successOf,
} from '../../support/nvcf-requests.ts';
import { roundsOf, seedOf } from '../../support/properties.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

const PROFILES = ['documented', 'open-source'] as const;

/** The number of rounds, which is a tenth outside of nightly tests because each round is up to a hundred requests. */
const roundsFor = (all: number) => roundsOf(all, 0.1);

/**
 * The control API finds operations by method and path. A function's own host accepts every method and path, and the LLM
 * gateway and tokens for several functions find functions in the body.
 */
const NOT_SIMULATED: readonly OperationName[] = [
  'invokeAtOwnHost',
  'createChatCompletion',
  'createResponse',
  'createMessage',
  'createEmbedding',
  'createMultiFunctionInvocationToken',
];
const SIMULATED = OPERATION_NAMES.filter((operation) => !NOT_SIMULATED.includes(operation));

/** Random choices that are the same for the same seed. */
class Dice {
  readonly #seed: string;
  #place = 0;

  constructor(seed: string) {
    this.#seed = seedOf(seed);
  }

  below(limit: number): number {
    this.#place += 1;
    return Math.floor(drawAt(this.#seed, this.#place) * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Selects each item with this probability. */
  select<Item>(items: readonly Item[], chance: number): Item[] {
    return items.filter(() => this.below(1000) < chance * 1000);
  }
}

interface Policy {
  readonly scopes: readonly string[];
  readonly resource: readonly GivenResource[];
}

function randomPolicy(dice: Dice, { stage }: StagedServer): Policy {
  const { running, idle, slow, doomed, other } = stage;
  const functionIds = [running, idle, slow, doomed, other].map(({ functionId }) => functionId);
  const versions = [running, idle, slow, doomed, other].map((item) => `${item.functionId}/${item.versionId}`);
  const siblings = [running, idle, slow, doomed].map((item) => `${item.functionId}/${item.sibling}`);
  const resources: GivenResource[] = [
    { type: 'All Functions' },
    { type: 'Function', ids: [dice.pick(functionIds)] },
    { type: 'Function', ids: dice.select(functionIds, 0.5) },
    { type: 'Function Versions', ids: [dice.pick(versions)] },
    { type: 'Function Versions', ids: [dice.pick([...versions, ...siblings]), dice.pick(siblings)] },
    { type: 'All Clusters' },
    { type: 'All Entity' },
    { type: 'Authorized Functions' },
  ];
  const count = dice.below(3);
  return {
    scopes: dice.select(SCOPES, dice.pick([0.1, 0.5, 0.9, 1])),
    resource: Array.from({ length: count }, () => dice.pick(resources)),
  };
}

const ALL_ENTITY_ONLY = ['manage_registry_credentials', 'manage_telemetries', 'read_gpu_quota_rule', 'gpu_capacity'];

/** Returns whether only a forced key can have this policy: a scope without its only type, or a type without its ids. */
function requiresForce({ scopes, resource }: Policy): boolean {
  const lacksEntity =
    scopes.some((scope) => ALL_ENTITY_ONLY.includes(scope)) && resource.every(({ type }) => type !== 'All Entity');
  return lacksEntity || resource.some(({ ids }) => ids?.length === 0);
}

/** Removes the id of a decision. */
// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
function withoutId({ id: _, ...decision }: any) {
  return decision;
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function readDecision(server: TestServer, { decision }: Answer): Promise<any> {
  const { status, body } = await server.call(`GET /_mock/decisions/${decision.id}`);
  expect(status).toBe(200);
  return body;
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function simulate(server: TestServer, key: MadeKey, request: object): Promise<any> {
  const { status, body } = await server.call('POST /_mock/decisions/simulate', {
    body: { principal: key.id, ...request },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function edit(server: TestServer, key: MadeKey, body: object): Promise<void> {
  const answer = await server.call(`PATCH /_mock/keys/${key.id}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

describe.each(PROFILES)('random policies, %s profile:', (profile) => {
  let server: TestServer;
  let staged: StagedServer;
  beforeAll(async () => {
    server = await testServer({ nvcf: profile });
    staged = await stagedServer(server);
  });

  it('a response has the same decision as its header, its record and a simulation', async () => {
    const dice = new Dice(`answers ${profile}`);
    // A few rounds may not have each of these outcomes: then there are more.
    const missing = new Set(['allow null', 'deny missing_scope', 'deny incompatible_resource_type']);
    for (let round = 0; round < roundsFor(70) || (missing.size > 0 && round < 70); round += 1) {
      const policy = randomPolicy(dice, staged);
      const key = await makeKey(server, policy.scopes, policy.resource);
      const operation = dice.pick(SIMULATED);
      const reported = `${operation} with ${JSON.stringify(policy)}`;
      const request = staged.requestOf(operation);
      const simulation = await simulate(server, key, request);
      const answer = await staged.ask(operation, key.key);
      const record = await readDecision(server, answer);

      expect(answer.status === 403, reported).toBe(record.effect === 'deny');
      if (record.effect === 'allow') expect([successOf(operation), 404], reported).toContain(answer.status);
      expect(answer.decision, reported).toEqual({
        id: record.id,
        effect: record.effect,
        ...(record.reason !== null && { reason: record.reason }),
        ...(record.certainty !== undefined && { certainty: record.certainty }),
        ...(record.missing !== undefined && { missing: record.missing }),
        ...(record.missingAnyOf !== undefined && { missingAnyOf: record.missingAnyOf }),
      });
      expect(record.operation, reported).toBe(operation);
      expect(withoutId(simulation), reported).toEqual(withoutId(record));
      missing.delete(`${record.effect} ${record.reason}`);
    }
    expect([...missing]).toEqual([]);
  });

  const kinds = [
    { name: 'an ordinary key', isForced: false },
    { name: 'a forced key', isForced: true },
  ];
  const MIN_ATTEMPTS = roundsFor(50);

  it.each(kinds)('every fix with a request for $name makes the same call succeed', async ({ isForced }) => {
    const dice = new Dice(`fixes ${profile}`);
    const failures: string[] = [];
    let attempts = 0;
    for (let round = 0; round < roundsFor(400) && attempts < MIN_ATTEMPTS; round += 1) {
      const policy = randomPolicy(dice, staged);
      const operation = dice.pick(OPERATION_NAMES);
      if (!isForced && requiresForce(policy)) continue;
      const key = await makeKey(server, policy.scopes, policy.resource);
      const refused = await staged.ask(operation, key.key);
      if (refused.status !== 403) continue;
      const { fixes } = await readDecision(server, refused);
      for (const { request, text } of fixes) {
        if (request === undefined) continue;
        attempts += 1;
        const ids = JSON.stringify(staged.targetOf(operation));
        const applied = await server.call(`${request.method} ${request.path}`, { body: request.body });
        if (applied.status !== 200) {
          failures.push(`the fix "${text}" of ${JSON.stringify(policy)} was rejected: ${applied.body.detail}`);
          continue;
        }
        const retried = await staged.ask(operation, key.key);
        if (retried.decision.effect !== 'allow') {
          failures.push(`the fix "${text}" of ${JSON.stringify(policy)} did not help with ${operation}`);
        }
        await edit(server, key, { ...policy, force: true });
        // A version that was deleted after the fix is created again with another id, so the other fixes do not apply.
        if (JSON.stringify(staged.targetOf(operation)) !== ids) break;
      }
    }
    expect(failures.slice(0, 3)).toEqual([]);
    expect(attempts).toBeGreaterThanOrEqual(MIN_ATTEMPTS);
  });
});
