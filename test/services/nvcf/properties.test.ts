import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawAt } from '../../../src/platform/random.ts';
import { createManualClock } from '../../../src/time/clock.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castFunction } from '../../support/ngc-cast.ts';
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
import { type Answer, START, type TestServer, testServer } from '../../support/server.ts';

const PROFILES = ['documented', 'open-source'] as const;

/** A tenth by day: each round is up to a hundred requests. */
const tries = (all: number) => roundsOf(all, 0.1);

/**
 * The control API knows operations by method and path: a function's own host takes any of them, and the LLM gateway and a
 * token for several functions find them in the body.
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

/** The same choices for the same seed. */
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

  one<Thing>(things: readonly Thing[]): Thing {
    return things[this.below(things.length)] as Thing;
  }

  /** Each thing with this chance. */
  some<Thing>(things: readonly Thing[], chance: number): Thing[] {
    return things.filter(() => this.below(1000) < chance * 1000);
  }
}

interface Policy {
  readonly scopes: readonly string[];
  readonly resource: readonly GivenResource[];
}

function randomPolicy(dice: Dice, { stage }: StagedServer): Policy {
  const { running, idle, slow, doomed, other } = stage;
  const functionIds = [running, idle, slow, doomed, other].map(({ functionId }) => functionId);
  const versions = [running, idle, slow, doomed, other].map((one) => `${one.functionId}/${one.versionId}`);
  const siblings = [running, idle, slow, doomed].map((one) => `${one.functionId}/${one.sibling}`);
  const resources: GivenResource[] = [
    { type: 'All Functions' },
    { type: 'Function', ids: [dice.one(functionIds)] },
    { type: 'Function', ids: dice.some(functionIds, 0.5) },
    { type: 'Function Versions', ids: [dice.one(versions)] },
    { type: 'Function Versions', ids: [dice.one([...versions, ...siblings]), dice.one(siblings)] },
    { type: 'All Clusters' },
    { type: 'All Entity' },
    { type: 'Authorized Functions' },
  ];
  const howMany = dice.below(3);
  return {
    scopes: dice.some(SCOPES, dice.one([0.1, 0.5, 0.9, 1])),
    resource: Array.from({ length: howMany }, () => dice.one(resources)),
  };
}

const ALL_ENTITY_ONLY = ['manage_registry_credentials', 'manage_telemetries', 'read_gpu_quota_rule', 'gpu_capacity'];

/** Only a forced key can be like this: a scope without its one type, or a type without the objects it names. */
function isRuledOut({ scopes, resource }: Policy): boolean {
  const lacksEntity =
    scopes.some((scope) => ALL_ENTITY_ONLY.includes(scope)) && resource.every(({ type }) => type !== 'All Entity');
  return lacksEntity || resource.some(({ ids }) => ids?.length === 0);
}

/** What a decision says, without what tells one decision from another. */
// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
function judgementOf({ id: _, ...decision }: any) {
  return decision;
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function traceOf(server: TestServer, { decision }: Answer): Promise<any> {
  const { status, body } = await server.call(`GET /_mock/decisions/${decision.id}`);
  expect(status).toBe(200);
  return body;
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function simulated(server: TestServer, key: MadeKey, request: object): Promise<any> {
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

describe.each(PROFILES)('whatever the policy, %s profile:', (profile) => {
  let server: TestServer;
  let staged: StagedServer;
  beforeAll(async () => {
    server = await testServer({ nvcf: profile });
    staged = await stagedServer(server);
  });

  it('the answer is what its trace says, its header says it too, and a simulation would have, about the same object', async () => {
    const dice = new Dice(`answers ${profile}`);
    const effects = new Set<string>();
    for (let round = 0; round < tries(70); round += 1) {
      const policy = randomPolicy(dice, staged);
      const key = await makeKey(server, policy.scopes, policy.resource);
      const operation = dice.one(SIMULATED);
      const reported = `${operation} with ${JSON.stringify(policy)}`;
      const request = staged.requestOf(operation);
      const foreseen = await simulated(server, key, request);
      const answer = await staged.ask(operation, key.key);
      const trace = await traceOf(server, answer);

      expect(answer.status === 403, reported).toBe(trace.effect === 'deny');
      if (trace.effect === 'allow') expect([successOf(operation), 404], reported).toContain(answer.status);
      expect(answer.decision, reported).toEqual({
        id: trace.id,
        effect: trace.effect,
        ...(trace.reason !== null && { reason: trace.reason }),
        ...(trace.certainty !== undefined && { certainty: trace.certainty }),
        ...(trace.missing !== undefined && { missing: trace.missing }),
        ...(trace.missingAnyOf !== undefined && { missingAnyOf: trace.missingAnyOf }),
      });
      expect(trace.operation, reported).toBe(operation);
      expect(judgementOf(foreseen), reported).toEqual(judgementOf(trace));
      effects.add(`${trace.effect} ${trace.reason}`);
    }
    expect([...effects]).toEqual(
      expect.arrayContaining(['allow null', 'deny missing_scope', 'deny incompatible_resource_type']),
    );
  });

  const kinds = [
    { of: 'an ordinary key', isAny: false },
    { of: 'a forced key', isAny: true },
  ];
  const ENOUGH = tries(50);

  it.each(kinds)('every fix for $of that is told as a request makes the same call succeed', async ({ isAny }) => {
    const dice = new Dice(`fixes ${profile}`);
    const faults: string[] = [];
    let tried = 0;
    for (let round = 0; round < tries(400) && tried < ENOUGH; round += 1) {
      const policy = randomPolicy(dice, staged);
      const operation = dice.one(OPERATION_NAMES);
      if (!isAny && isRuledOut(policy)) continue;
      const key = await makeKey(server, policy.scopes, policy.resource);
      const refused = await staged.ask(operation, key.key);
      if (refused.status !== 403) continue;
      const { fixes } = await traceOf(server, refused);
      for (const { request, text } of fixes) {
        if (request === undefined) continue;
        tried += 1;
        const ids = JSON.stringify(staged.targetOf(operation));
        const applied = await server.call(`${request.method} ${request.path}`, { body: request.body });
        if (applied.status !== 200) {
          faults.push(`the fix "${text}" of ${JSON.stringify(policy)} was not taken: ${applied.body.detail}`);
          continue;
        }
        const cured = await staged.ask(operation, key.key);
        if (cured.decision.effect !== 'allow') {
          faults.push(`the fix "${text}" of ${JSON.stringify(policy)} did not help with ${operation}`);
        }
        await edit(server, key, { ...policy, force: true });
        // A version that the fix let go comes back under another id, so the other fixes are about the past.
        if (JSON.stringify(staged.targetOf(operation)) !== ids) break;
      }
    }
    expect(faults.slice(0, 3)).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(ENOUGH);
  });

  it('every refusal of rights names a fix as a request, but where no key will do', async () => {
    const dice = new Dice(`remedies ${profile}`);
    let refusals = 0;
    for (let round = 0; round < tries(50); round += 1) {
      const policy = randomPolicy(dice, staged);
      const key = await makeKey(server, policy.scopes, policy.resource);
      const operation = dice.one(OPERATION_NAMES);
      const refused = await staged.ask(operation, key.key);
      if (refused.status !== 403 || refused.decision.reason === 'closed_to_keys') continue;
      const { fixes } = await traceOf(server, refused);
      const requests = fixes.filter(({ request }: { request?: object }) => request !== undefined);
      expect(requests.length, `${operation} with ${JSON.stringify(policy)}`).toBeGreaterThan(0);
      refusals += 1;
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it('one more scope, or one more resource, never takes a permission away', async () => {
    const dice = new Dice(`more ${profile}`);
    for (let round = 0; round < tries(50); round += 1) {
      const policy = randomPolicy(dice, staged);
      const more = randomPolicy(dice, staged);
      const key = await makeKey(server, policy.scopes, policy.resource);
      const asked = dice.some(SIMULATED, 0.2);
      const before = await permissionsOf(server, staged, key, asked);
      await edit(server, key, { scopes: [...new Set([...policy.scopes, dice.one(SCOPES)])], force: true });
      const withScope = await permissionsOf(server, staged, key, asked);
      expect(withScope, JSON.stringify(policy)).toEqual(expect.arrayContaining(before));
      await edit(server, key, { resource: [...policy.resource, ...more.resource], force: true });
      const withResource = await permissionsOf(server, staged, key, asked);
      expect(withResource, JSON.stringify([policy, more.resource])).toEqual(expect.arrayContaining(withScope));
    }
  });

  it.runIf(hasDriver)('a restart changes no answer', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    const dice = new Dice(`restart ${profile}`);
    const before = await testServer({ nvcf: profile, data });
    const staged = await stagedServer(before);
    const asked = OPERATION_NAMES.filter((operation) => /^(get|list)/.test(operation));
    const requests: { key: MadeKey; operation: OperationName; answer: Answer }[] = [];
    for (let round = 0; round < tries(70); round += 1) {
      const policy = randomPolicy(dice, staged);
      const key = await makeKey(before, policy.scopes, policy.resource);
      if (dice.below(3) === 0) await edit(before, key, { ...randomPolicy(dice, staged), force: true });
      const operation = dice.one(asked);
      requests.push({ key, operation, answer: await askAgain(before, staged, operation, key) });
    }
    await before.close();

    const after = await testServer({ nvcf: profile, data });
    for (const { key, operation, answer } of requests) {
      const again = await askAgain(after, staged, operation, key);
      const { id: _, ...decision } = again.decision;
      expect(answer.decision, operation).toMatchObject(decision);
      expect(again.status, operation).toBe(answer.status);
      expect(withoutRequestId(again.body), operation).toEqual(withoutRequestId(answer.body));
    }
  });
});

/** Which of these operations a key may ask for, by simulation: nothing is done. */
async function permissionsOf(
  server: TestServer,
  staged: StagedServer,
  key: MadeKey,
  operations: readonly OperationName[],
): Promise<string[]> {
  const decisions = await Promise.all(
    operations.map(async (operation) => ({
      operation,
      effect: (await simulated(server, key, staged.requestOf(operation))).effect,
    })),
  );
  return decisions.filter(({ effect }) => effect === 'allow').map(({ operation }) => operation);
}

/** A request that changes nothing, whichever process answers it. */
function askAgain(server: TestServer, staged: StagedServer, operation: OperationName, key: MadeKey): Promise<Answer> {
  const { method, path } = staged.requestOf(operation);
  return server.call(`${method} ${path}`, { token: key.key });
}

/** Answers of the gateway are numbered. */
function withoutRequestId(body: { requestStatus?: object } | undefined): unknown {
  return body?.requestStatus === undefined
    ? body
    : { ...body, requestStatus: { ...body.requestStatus, requestId: null } };
}

describe.each(['fixed', 'jitter'] as const)('while edits propagate, %s:', (mode) => {
  const [echo] = castFunction('echo');
  const LINE = `GET /v2/nvcf/functions/${echo?.functionId}/versions/${echo?.versionId}`;

  async function edited(server: TestServer, dice: Dice) {
    const versions: (readonly string[])[] = [['list_functions']];
    const key = await makeKey(server, ['list_functions'], { type: 'All Functions' });
    let now = START;
    for (let round = 0; round < 8; round += 1) {
      now += dice.below(400_000);
      server.clock.set(now);
      const scopes = dice.one([['list_functions'], [], ['deploy_function']]);
      versions.push(scopes);
      await edit(server, key, { scopes });
    }
    const { body } = await server.call(`GET /_mock/keys/${key.id}`);
    expect(body.history.map(({ scopes }: { scopes: readonly string[] }) => scopes)).toEqual(versions);
    return {
      key,
      now,
      history: body.history as readonly { version: number; recordedAt: string; effectiveAt: string }[],
    };
  }

  it('each edit counts within the delay, and the highest version that has begun to count is in force', async () => {
    for (const seed of ['one', 'two', 'three', 'four'].slice(0, tries(4))) {
      const server = await testServer({ propagation: mode });
      const dice = new Dice(`${mode} ${seed}`);
      const { key, now: last, history } = await edited(server, dice);
      for (const { version, recordedAt, effectiveAt } of history) {
        const delay = Date.parse(effectiveAt) - Date.parse(recordedAt);
        if (version === 1) expect(delay).toBe(0);
        else if (mode === 'fixed') expect(delay).toBe(900_000);
        else expect(delay).toSatisfy((milliseconds: number) => milliseconds >= 0 && milliseconds <= 900_000);
      }
      let version = 0;
      const moments = history.flatMap(({ effectiveAt }) => [Date.parse(effectiveAt) - 1, Date.parse(effectiveAt)]);
      const others = Array.from({ length: 8 }, () => last + dice.below(1_200_000));
      for (const moment of [...moments, ...others].filter((one) => one >= last).sort((a, b) => a - b)) {
        server.clock.set(moment);
        const inForce = Math.max(
          ...history.filter(({ effectiveAt }) => Date.parse(effectiveAt) <= moment).map((one) => one.version),
        );
        const { policy, pending } = (await server.call(`GET /_mock/keys/${key.id}`)).body;
        expect(policy.version).toBe(inForce);
        expect(policy.version).toBeGreaterThanOrEqual(version);
        for (const coming of pending) expect(coming.version).toBeGreaterThan(inForce);
        version = policy.version;

        const answer = await server.call(LINE, { token: key.key });
        const mayRead = policy.scopes.includes('list_functions');
        expect(answer.status, `at ${moment}`).toBe(mayRead ? 200 : 403);
        const turning = pending.find(
          ({ scopes }: { scopes: readonly string[] }) => scopes.includes('list_functions') !== mayRead,
        );
        expect(answer.decision.pending, `at ${moment}`).toEqual(
          turning && { version: turning.version, effectiveAt: turning.effectiveAt, effect: mayRead ? 'deny' : 'allow' },
        );
        expect(await traceOf(server, answer)).toMatchObject({ policyVersion: inForce });
      }
      expect(version).toBe(history.length);
    }
  });

  it('the pending version that is told turns the answer when its moment comes, if nothing else happens', async () => {
    const server = await testServer({ propagation: mode });
    const dice = new Dice(`turning ${mode}`);
    let turned = 0;
    for (let round = 0; round < roundsOf(15); round += 1) {
      const key = await makeKey(server, dice.one([['list_functions'], []]), { type: 'All Functions' });
      await edit(server, key, { scopes: dice.one([['list_functions'], []]) });
      const first = await server.call(LINE, { token: key.key });
      const { pending } = first.decision;
      if (pending === undefined) continue;
      server.clock.set(Date.parse(pending.effectiveAt) - 1);
      expect((await server.call(LINE, { token: key.key })).decision.effect).toBe(first.decision.effect);
      server.clock.set(Date.parse(pending.effectiveAt));
      expect((await server.call(LINE, { token: key.key })).decision.effect).toBe(pending.effect);
      turned += 1;
    }
    expect(turned).toBeGreaterThan(0);
  });

  it.runIf(hasDriver)('a restart in between changes no version, no moment and no answer', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    const before = await testServer({ propagation: mode, data });
    const { key, now, history } = await edited(before, new Dice(`restart ${mode}`));
    const answer = await before.call(LINE, { token: key.key });
    await before.close();

    const after = await testServer({ propagation: mode, data }, { clock: createManualClock(now) });
    expect((await after.call(`GET /_mock/keys/${key.id}`)).body.history).toEqual(history);
    const again = await after.call(LINE, { token: key.key });
    expect({ ...again.decision, id: null }).toEqual({ ...answer.decision, id: null });
    expect(again.status).toBe(answer.status);
  });
});
