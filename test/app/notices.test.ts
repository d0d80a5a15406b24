import { describe, expect, it } from 'vitest';
import { createConfig } from '../../src/app/config.ts';
import { describePosture, listExposureNotices, listHeapNotices, listSeedNotices } from '../../src/app/notices.ts';
import type { Config } from '../../src/app/options.ts';
import type { World } from '../../src/contract/world.ts';
import type { Server } from '../../src/http/server.ts';
import { START, testServer } from '../support/server.ts';

const createSettings = (overrides: Partial<Config> = {}) => createConfig(overrides).config;

describe('the notice of an exposed server', () => {
  it.each(['0.0.0.0', '10.1.2.3', '::'])('is printed for %s without an admin token', (host) => {
    expect(listExposureNotices(createSettings({ host }))).toEqual([
      expect.stringContaining(`anyone who can reach ${host}`),
    ]);
    expect(listExposureNotices(createSettings({ host, adminToken: 'open-sesame' }))).toEqual([]);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('is not printed for %s', (host) => {
    expect(listExposureNotices(createSettings({ host }))).toEqual([]);
  });
});

it('a heap that is smaller than `--max-state` is reported with its limit', () => {
  const megabytes = (count: number) => count * 1024 * 1024;

  expect(listHeapNotices(createSettings({ maxState: 256 }), megabytes(256))).toEqual([]);
  expect(listHeapNotices(createSettings({ maxState: 256 }), megabytes(75.9))).toEqual([
    expect.stringMatching(/are limited to 75 MB, not the 256 MB of --max-state.*--max-old-space-size/),
  ]);
});

describe('the notice of a stored world', () => {
  const listNotices = (origin: 'file' | 'built-in', overrides: Partial<Config>, fingerprint = 'new') => {
    const world = { seed: async () => ({ fingerprint: 'old', origin }) } as unknown as World;
    return listSeedNotices(world, fingerprint, createSettings({ data: 'mock.db', ...overrides }));
  };

  it('is not printed for the same seed', async () => {
    expect(await listNotices('file', {}, 'old')).toEqual([]);
  });

  it('is printed for another seed, with `--reseed`', async () => {
    expect(await listNotices('file', {})).toEqual([
      expect.stringContaining('was created from a seed file; --reseed replaces'),
    ]);
    expect(await listNotices('built-in', {})).toEqual([expect.stringContaining('an older built-in cast')]);
  });

  it('is an error for another seed than `--seed`', async () => {
    await expect(listNotices('file', { seed: 'other.yaml' })).rejects.toThrow('a seed other than --seed other.yaml');
  });

  it('reports that `--reseed` has no effect without a file', async () => {
    expect(await listNotices('file', { data: null, reseed: true })).toEqual([
      expect.stringContaining('--reseed has no effect without --data'),
    ]);
  });
});

describe('the posture of a server', async () => {
  const server = await testServer();
  const describePostureAt = (clock: object, driver: string | null = null) => {
    const settings = createSettings({});
    const world = { store: server.world.store, clock };
    const rulesets = [
      { service: 'toys', profile: '2', tables: {} },
      { service: 'games', profile: null, tables: {} },
    ];
    return describePosture({ worlds: { default: world }, settings, rulesets } as unknown as Server, {
      kind: driver === null ? 'memory' : 'file',
      driver,
      schema: null,
    });
  };

  it('has the place of the state, the propagation and the versions', async () => {
    expect(await describePostureAt({ ahead: 0, frozen: false })).toBe('state=memory propagation=off toys=2');
    expect(await describePostureAt({ ahead: 0, frozen: false }, 'node:sqlite')).toMatch(/^state=file\(node:sqlite\) /);
    expect(server.posture).toMatch(/^state=memory propagation=\S+ .*nvcf=/);
  });

  it('has the clock if it differs from real time', async () => {
    expect(await describePostureAt({ ahead: 60_000, frozen: false })).toContain(' clock=+PT1M ');
    expect(await describePostureAt({ ahead: -60_000, frozen: false })).toContain(' clock=-PT1M ');
    expect(await describePostureAt({ ahead: 0, frozen: true, now: () => START })).toContain(
      ' clock=frozen@2026-01-15T12:00:00.000Z ',
    );
  });
});
