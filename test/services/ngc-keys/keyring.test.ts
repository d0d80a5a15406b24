import { afterEach, describe, expect, it, vi } from 'vitest';
import { rfc3339 } from '../../../src/lib/clock.ts';
import { NgcKeys } from '../../../src/services/ngc-keys/index.ts';
import { classifyKey } from '../../../src/services/ngc-keys/key-text.ts';
import {
  changePropagationSettings,
  deleteKey,
  editKey,
  flushEdits,
  issueKey,
  type KeyContext,
  listSeedKeyWarnings,
  type NewKeyOptions,
  readNewestPolicy,
  readPropagationSettings,
  reportKeyWarnings,
  restorePropagationSettings,
  rotateKey,
} from '../../../src/services/ngc-keys/keyring.ts';
import { hashSecret } from '../../../src/tokens/secret.ts';
import { toyLaw } from '../../decisions/toy-law.ts';
import { replaceMethods } from '../../support/replace-methods.ts';
import { createPersonalKey, createServiceKey, createVersion } from './toy-keys.ts';

interface TestContext extends KeyContext {
  readonly stored: Map<string, string>;
  readonly calls: unknown[][];
  /** Arguments of every published event. */
  readonly events: unknown[][];
}

afterEach(() => vi.restoreAllMocks());

/** A context with stored settings and a repository that records the calls. */
function createContext({
  mark = '',
  propagation = 'fixed',
}: {
  mark?: string;
  propagation?: 'fixed' | 'off' | 'jitter';
} = {}): TestContext {
  const stored = new Map<string, string>();
  const calls: unknown[][] = [];
  const events: unknown[][] = [];
  const record =
    (method: string) =>
    async (...parts: unknown[]) =>
      void calls.push([method, ...parts]);
  const settings = {
    get: async (name: string) => stored.get(name) ?? null,
    set: async (name: string, value: string) => void stored.set(name, value),
    remove: async (names: readonly string[]) => {
      for (const name of names) stored.delete(name);
    },
    next: async (name: string) => {
      const place = Number(stored.get(name) ?? 0);
      stored.set(name, String(place + 1));
      return place;
    },
  };
  replaceMethods(NgcKeys.prototype, {
    create: record('create'),
    delete: record('delete'),
    edit: record('edit'),
    replaceSecret: record('replaceSecret'),
    findNewestVersion: async (id: string) => (id === 'key-1' ? createVersion(7, ['look']) : null),
    list: async (filter: object, limit: number, now: number) => {
      calls.push(['list', filter, limit, now]);
      return [createServiceKey({ services: [] }), createServiceKey({ id: 'key-9', name: 'good' })];
    },
  });
  return {
    stored,
    calls,
    events,
    world: { mark, activityLog: { publishEvent: (...parts: unknown[]) => void events.push(parts) } },
    store: { settings },
    settings: { propagation, propagationDelay: 60_000 },
    random: { uuid: () => 'id-1', base64url: (bytes: number) => 'r'.repeat(Math.ceil((bytes * 4) / 3)) },
  } as unknown as TestContext;
}

describe('the propagation settings', () => {
  it('are the options of the server until they are changed', async () => {
    const context = createContext();
    expect(await readPropagationSettings(context)).toEqual({ mode: 'fixed', delay: 60_000, seed: 'nv-auth-mock' });

    await changePropagationSettings(context, { mode: 'jitter', delay: 0 });
    expect(await readPropagationSettings(context)).toEqual({ mode: 'jitter', delay: 0, seed: 'nv-auth-mock' });

    await changePropagationSettings(context, { seed: 'mine' });
    expect(await readPropagationSettings(context)).toEqual({ mode: 'jitter', delay: 0, seed: 'mine' });
  });

  it('survive a restart, unless the options of the server change', async () => {
    const context = createContext();
    await restorePropagationSettings(context);
    await changePropagationSettings(context, { mode: 'off', delay: 1, seed: 'mine' });
    await restorePropagationSettings(context);
    expect(await readPropagationSettings(context)).toEqual({ mode: 'off', delay: 1, seed: 'mine' });

    context.stored.set('propagation.position', '7');
    await restorePropagationSettings({
      ...context,
      settings: { propagation: 'off', propagationDelay: 60_000 },
    } as never);
    expect(await readPropagationSettings(context)).toEqual({ mode: 'fixed', delay: 60_000, seed: 'nv-auth-mock' });
    expect([...context.stored]).toEqual([['propagation.started-with', 'off 60000']]);
  });

  it('are kept by a world that was never started before', async () => {
    const context = createContext();
    await changePropagationSettings(context, { mode: 'off' });
    await restorePropagationSettings(context);

    expect((await readPropagationSettings(context)).mode).toBe('off');
  });
});

it('created, rotated and deleted keys are published as events, without their text', async () => {
  const context = createContext();
  const { id } = await issueKey(context, 1000, { name: 'robot', roles: [] } as unknown as NewKeyOptions, null);
  await rotateKey(context, id);
  await deleteKey(context, id);

  expect(context.calls.map(([method]) => method)).toEqual(['create', 'replaceSecret', 'delete']);
  expect(context.events).toEqual(['created', 'rotated', 'deleted'].map((what) => ['policy', { keyId: 'id-1', what }]));
});

describe('an edit of a policy', () => {
  const policy = { scopes: ['look'], resources: [] };
  const recordEdits = async (context: TestContext, count: number) => {
    for (let number = 0; number < count; number++) await editKey(context, 1000, createServiceKey().key, { policy });
    return context.calls.map(([, , edit]) => (edit as { policy: { effectiveAt: number } }).policy.effectiveAt);
  };

  it('takes effect after the propagation delay, and other changes take effect at once', async () => {
    const context = createContext();
    await editKey(context, 1000, createServiceKey().key, { name: 'new', policy });

    expect(context.calls).toEqual([
      ['edit', 'key-1', { name: 'new', policy: { next: policy, recordedAt: 1000, effectiveAt: 61_000 } }],
    ]);
    expect(context.events).toEqual([
      [
        'policy',
        {
          keyId: 'key-1',
          what: 'edited',
          recordedAt: rfc3339(1000),
          effectiveAt: rfc3339(61_000),
        },
      ],
    ]);
    expect(await recordEdits(createContext({ propagation: 'off' }), 1)).toEqual([1000]);
  });

  it('is published as an event with the changed rights', async () => {
    const context = createContext();
    await editKey(context, 1000, createServiceKey().key, { name: 'new' });
    await editKey(context, 1000, createPersonalKey().key, { roles: ['Player'], enabled: false });
    await editKey(context, 1000, createServiceKey().key, { services: [] });

    expect(context.events).toStrictEqual([
      ['policy', { keyId: 'key-1', what: 'edited' }],
      ['policy', { keyId: 'key-2', what: 'edited', roles: ['Player'], enabled: false }],
      ['policy', { keyId: 'key-1', what: 'edited', services: [] }],
    ]);
  });

  it('is not stored for a personal key, or without a policy', async () => {
    const context = createContext();
    await editKey(context, 1000, createPersonalKey().key, { name: 'new', policy });
    await editKey(context, 1000, createServiceKey().key, { name: 'newer' });

    expect(context.calls).toEqual([
      ['edit', 'key-2', { name: 'new' }],
      ['edit', 'key-1', { name: 'newer' }],
    ]);
  });

  it('with jitter has a different delay each time, in a series that its seed repeats', async () => {
    const context = createContext({ propagation: 'jitter' });
    const first = await recordEdits(context, 3);
    expect(new Set(first).size).toBe(3);
    for (const at of first) expect(at).toBeGreaterThanOrEqual(1000);
    for (const at of first) expect(at).toBeLessThanOrEqual(61_000);

    await changePropagationSettings(context, { seed: 'nv-auth-mock' });
    expect((await recordEdits(context, 3)).slice(3)).toEqual(first);
    await changePropagationSettings(context, { seed: 'other' });
    expect((await recordEdits(context, 3)).slice(6)).not.toEqual(first);
  });

  it('with a fixed delay does not advance the series', async () => {
    const context = createContext();
    await recordEdits(context, 1);

    expect([...context.stored]).toEqual([]);
  });
});

it('flushed edits are published as events with their versions', async () => {
  const context = createContext();
  const flushed = [
    { keyId: 'key-1', version: 2 },
    { keyId: 'key-2', version: 5 },
  ];
  replaceMethods(NgcKeys.prototype, {
    flush: async (keyId: string | null, now: number) => (keyId === null && now === 1000 ? flushed : []),
  });

  expect(await flushEdits(context, null, 1000)).toEqual(flushed);
  expect(context.events).toEqual(
    flushed.map((edit) => ['policy', { ...edit, what: 'flushed', effectiveAt: rfc3339(1000) }]),
  );
});

describe('a created key', () => {
  const order = { name: 'robot', services: ['toys'], roles: ['Player'] } as unknown as NewKeyOptions;

  it('is returned once, and only its hash is stored', async () => {
    const context = createContext();
    const { id, text } = await issueKey(context, 1000, order, 5);

    expect(id).toBe('id-1');
    expect(classifyKey(text)).toBe('marked');
    expect(context.calls).toEqual([
      [
        'create',
        {
          name: 'robot',
          services: ['toys'],
          id: 'id-1',
          enabled: true,
          createdAt: 1000,
          secretHash: hashSecret(text),
        },
        ['Player'],
        5,
      ],
    ]);
  });

  it('starts with the mark of its world, also after it is rotated', async () => {
    const context = createContext({ mark: '0123456789ab' });
    const { text } = await issueKey(context, 1000, order, null);
    const rotated = await rotateKey(context, 'key-1');

    expect(text).toMatch(/^nvapi-MOCK0123456789abr{27}/);
    expect(rotated).toMatch(/^nvapi-MOCK0123456789abr{27}/);
    expect(context.calls[1]).toEqual(['replaceSecret', 'key-1', hashSecret(rotated), rotated.slice(-3)]);
  });
});

describe('the newest policy of a key', () => {
  it('is the effective policy, or the latest pending version', async () => {
    const context = createContext();

    expect(await readNewestPolicy(context, createServiceKey())).toEqual({
      scopes: ['play'],
      resources: [{ type: 'all-toys' }],
    });
    expect(await readNewestPolicy(context, createServiceKey({}, { pending: [createVersion(2)] }))).toEqual({
      scopes: ['look'],
      resources: [{ type: 'all-toys' }],
    });
    expect(await readNewestPolicy(context, createPersonalKey())).toBeNull();
  });
});

describe('a useless key', () => {
  const createReport = () => {
    const { store, calls } = createContext();
    const hints = { add: (...parts: unknown[]) => void calls.push(['hint', ...parts]) };
    return { calls, report: { rulesets: [toyLaw], hints, store } };
  };
  const MESSAGE = 'The key `robot` has no service, so every service refuses it. Valid services are `toys`.';

  it('is reported as a hint with its reason', async () => {
    const { calls, report } = createReport();

    expect(await reportKeyWarnings(report, createServiceKey({ services: [] }))).toEqual([MESSAGE]);
    expect(calls).toEqual([['hint', 'useless_key', MESSAGE]]);
  });

  it('is found among all keys of a seed', async () => {
    const { calls, report } = createReport();
    const lines = await listSeedKeyWarnings(report, 1000);

    expect(calls).toEqual([['list', { org: undefined }, 1000, 1000]]);
    expect(lines).toEqual([MESSAGE, expect.stringContaining('`good` can do nothing in `toys`')]);
  });
});
