import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashSecret } from '../../src/credentials/secret.ts';
import { NgcKeys } from '../../src/ngc-keys/index.ts';
import { classifyKey } from '../../src/ngc-keys/key-text.ts';
import {
  changePropagationSettings,
  editKey,
  flushEdits,
  issueKey,
  type KeyContext,
  type NewKeyOptions,
  readNewestPolicy,
  readPropagationSettings,
  reportKeyWarnings,
  reportSeedKeyWarnings,
  restorePropagationSettings,
  rotateKey,
} from '../../src/ngc-keys/keyring.ts';
import { rfc3339 } from '../../src/time/clock.ts';
import { toyLaw } from '../decisions/toy-law.ts';
import { faked } from '../support/faked.ts';
import { inForce, personal, versionOf } from './toy-keys.ts';

interface Room extends KeyContext {
  readonly kept: Map<string, string>;
  readonly reported: unknown[][];
  /** What those who watch were told. */
  readonly events: unknown[][];
}

afterEach(() => vi.restoreAllMocks());

/** A world with settings, and what its keys were told. */
function room({
  mark = '',
  propagation = 'fixed',
}: {
  mark?: string;
  propagation?: 'fixed' | 'off' | 'jitter';
} = {}): Room {
  const kept = new Map<string, string>();
  const reported: unknown[][] = [];
  const events: unknown[][] = [];
  const tell =
    (what: string) =>
    async (...parts: unknown[]) =>
      void reported.push([what, ...parts]);
  const settings = {
    get: async (name: string) => kept.get(name) ?? null,
    set: async (name: string, value: string) => void kept.set(name, value),
    remove: async (names: readonly string[]) => {
      for (const name of names) kept.delete(name);
    },
    next: async (name: string) => {
      const place = Number(kept.get(name) ?? 0);
      kept.set(name, String(place + 1));
      return place;
    },
  };
  faked(NgcKeys.prototype, {
    create: tell('create'),
    edit: tell('edit'),
    replaceSecret: tell('replaceSecret'),
    findNewestVersion: async (id: string) => (id === 'key-1' ? versionOf(7, ['look']) : null),
    list: async (filter: object, limit: number, now: number) => {
      reported.push(['list', filter, limit, now]);
      return [inForce({ services: [] }), inForce({ id: 'key-9', name: 'good' })];
    },
  });
  return {
    kept,
    reported,
    events,
    world: { mark, activityLog: { publishEvent: (...parts: unknown[]) => void events.push(parts) } },
    store: { settings },
    settings: { propagation, propagationDelay: 60_000 },
    random: { uuid: () => 'id-1', base64url: (bytes: number) => 'r'.repeat(Math.ceil((bytes * 4) / 3)) },
  } as unknown as Room;
}

describe('how long edits take', () => {
  it('is what the server was started with, until something else is set', async () => {
    const world = room();
    expect(await readPropagationSettings(world)).toEqual({ mode: 'fixed', delay: 60_000, seed: 'nv-auth-mock' });

    await changePropagationSettings(world, { mode: 'jitter', delay: 0 });
    expect(await readPropagationSettings(world)).toEqual({ mode: 'jitter', delay: 0, seed: 'nv-auth-mock' });

    await changePropagationSettings(world, { seed: 'mine' });
    expect(await readPropagationSettings(world)).toEqual({ mode: 'jitter', delay: 0, seed: 'mine' });
  });

  it('survives a restart, unless the server is started with something else', async () => {
    const world = room();
    await restorePropagationSettings(world);
    await changePropagationSettings(world, { mode: 'off', delay: 1, seed: 'mine' });
    await restorePropagationSettings(world);
    expect(await readPropagationSettings(world)).toEqual({ mode: 'off', delay: 1, seed: 'mine' });

    world.kept.set('propagation.position', '7');
    await restorePropagationSettings({ ...world, settings: { propagation: 'off', propagationDelay: 60_000 } } as never);
    expect(await readPropagationSettings(world)).toEqual({ mode: 'fixed', delay: 60_000, seed: 'nv-auth-mock' });
    expect([...world.kept]).toEqual([['propagation.started-with', 'off 60000']]);
  });

  it('is kept by a world that was never started before', async () => {
    const world = room();
    await changePropagationSettings(world, { mode: 'off' });
    await restorePropagationSettings(world);

    expect((await readPropagationSettings(world)).mode).toBe('off');
  });
});

describe('an edit of a policy', () => {
  const policy = { scopes: ['look'], resources: [] };
  const edits = async (world: Room, count: number) => {
    for (let number = 0; number < count; number++) await editKey(world, 1000, inForce().key, { policy });
    return world.reported.map(([, , edit]) => (edit as { policy: { effectiveAt: number } }).policy.effectiveAt);
  };

  it('comes into force once it has propagated; the rest of it at once', async () => {
    const world = room();
    await editKey(world, 1000, inForce().key, { name: 'new', policy });

    expect(world.reported).toEqual([
      ['edit', 'key-1', { name: 'new', policy: { next: policy, recordedAt: 1000, effectiveAt: 61_000 } }],
    ]);
    expect(world.events).toEqual([
      [
        'policy',
        {
          ...{ keyId: 'key-1', what: 'edited' },
          ...{ recordedAt: rfc3339(1000), effectiveAt: rfc3339(61_000) },
        },
      ],
    ]);
    expect(await edits(room({ propagation: 'off' }), 1)).toEqual([1000]);
  });

  it('is told to those who watch, with the rights that it changes', async () => {
    const world = room();
    await editKey(world, 1000, inForce().key, { name: 'new' });
    await editKey(world, 1000, personal().key, { roles: ['Player'], enabled: false });
    await editKey(world, 1000, inForce().key, { services: [] });

    expect(world.events).toStrictEqual([
      ['policy', { keyId: 'key-1', what: 'edited' }],
      ['policy', { keyId: 'key-2', what: 'edited', roles: ['Player'], enabled: false }],
      ['policy', { keyId: 'key-1', what: 'edited', services: [] }],
    ]);
  });

  it('is none for a personal key, or where none is given', async () => {
    const world = room();
    await editKey(world, 1000, personal().key, { name: 'new', policy });
    await editKey(world, 1000, inForce().key, { name: 'newer' });

    expect(world.reported).toEqual([
      ['edit', 'key-2', { name: 'new' }],
      ['edit', 'key-1', { name: 'newer' }],
    ]);
  });

  it('with jitter takes another time each time, and the same series after its seed is given again', async () => {
    const world = room({ propagation: 'jitter' });
    const first = await edits(world, 3);
    expect(new Set(first).size).toBe(3);
    for (const at of first) expect(at).toBeGreaterThanOrEqual(1000);
    for (const at of first) expect(at).toBeLessThanOrEqual(61_000);

    await changePropagationSettings(world, { seed: 'nv-auth-mock' });
    expect((await edits(world, 3)).slice(3)).toEqual(first);
    await changePropagationSettings(world, { seed: 'other' });
    expect((await edits(world, 3)).slice(6)).not.toEqual(first);
  });

  it('with a fixed delay takes no place in the series', async () => {
    const world = room();
    await edits(world, 1);

    expect([...world.kept]).toEqual([]);
  });
});

it('edits that are put into force at once are told to those who watch, each with its version', async () => {
  const world = room();
  const flushed = [
    { keyId: 'key-1', version: 2 },
    { keyId: 'key-2', version: 5 },
  ];
  faked(NgcKeys.prototype, {
    flush: async (keyId: string | null, now: number) => (keyId === null && now === 1000 ? flushed : []),
  });

  expect(await flushEdits(world, null, 1000)).toEqual(flushed);
  expect(world.events).toEqual(
    flushed.map((one) => ['policy', { ...one, what: 'flushed', effectiveAt: rfc3339(1000) }]),
  );
});

describe('a new key', () => {
  const order = { name: 'robot', services: ['toys'], roles: ['Player'] } as unknown as NewKeyOptions;

  it('is shown once, and only its hash is stored', async () => {
    const world = room();
    const { id, text } = await issueKey(world, 1000, order, 5);

    expect(id).toBe('id-1');
    expect(classifyKey(text)).toBe('marked');
    expect(world.reported).toEqual([
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

  it('begins with the mark of its world, and so does its next secret', async () => {
    const world = room({ mark: '0123456789ab' });
    const { text } = await issueKey(world, 1000, order, null);
    const next = await rotateKey(world, 'key-1');

    expect(text).toMatch(/^nvapi-0123456789abr{31}/);
    expect(next).toMatch(/^nvapi-0123456789abr{31}/);
    expect(world.reported[1]).toEqual(['replaceSecret', 'key-1', hashSecret(next), next.slice(-3)]);
  });
});

describe('the newest policy of a key', () => {
  it('is the one in force, or the last that is recorded', async () => {
    const world = room();

    expect(await readNewestPolicy(world, inForce())).toEqual({ scopes: ['play'], resources: [{ type: 'all-toys' }] });
    expect(await readNewestPolicy(world, inForce({}, { pending: [versionOf(2)] }))).toEqual({
      scopes: ['look'],
      resources: [{ type: 'all-toys' }],
    });
    expect(await readNewestPolicy(world, personal())).toBeNull();
  });
});

describe('a key that can do nothing', () => {
  const reporting = () => {
    const { store, reported } = room();
    const findings = { report: (...parts: unknown[]) => void reported.push(['finding', ...parts]) };
    return { reported, report: { rulesets: [toyLaw], findings, store } };
  };
  const SAID = 'The key `robot` has no service, so every service refuses it. Valid services are `toys`.';

  it('is worth knowing, for each reason', async () => {
    const { reported, report } = reporting();

    expect(await reportKeyWarnings(report, 1000, inForce({ services: [] }))).toEqual([SAID]);
    expect(reported).toEqual([['finding', 'useless_key', SAID, 1000]]);
  });

  it('is looked for among all', async () => {
    const { reported, report } = reporting();
    await reportSeedKeyWarnings(report, 1000);

    expect(reported[0]).toEqual(['list', { org: undefined }, 1000, 1000]);
    expect(reported.slice(1)).toMatchObject([
      ['finding', 'useless_key', SAID, 1000],
      ['finding', 'useless_key', expect.stringContaining('`good` can do nothing in `toys`'), 1000],
    ]);
  });
});
