import { describe, expect, it } from 'vitest';
import { describePosture, listExposureNotices, listHeapNotices, listSeedNotices } from '../../src/app/notices.ts';
import { createConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';
import type { World } from '../../src/contract/world.ts';
import type { Server } from '../../src/http/server.ts';
import { START, testServer } from '../support/server.ts';

const config = (given: Partial<Config> = {}) => createConfig(given).config;

describe('a server that others reach', () => {
  it.each(['0.0.0.0', '10.1.2.3', '::'])('at %s can be driven by them, and says so', (host) => {
    expect(listExposureNotices(config({ host }))).toEqual([expect.stringContaining(`anyone who can reach ${host}`)]);
    expect(listExposureNotices(config({ host, adminToken: 'open-sesame' }))).toEqual([]);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('is not one at %s', (host) => {
    expect(listExposureNotices(config({ host }))).toEqual([]);
  });
});

it('a heap that is smaller than `--max-state` limits the state, and the start says so', () => {
  const megabytes = (count: number) => count * 1024 * 1024;

  expect(listHeapNotices(config({ maxState: 256 }), megabytes(256))).toEqual([]);
  expect(listHeapNotices(config({ maxState: 256 }), megabytes(75.9))).toEqual([
    expect.stringMatching(/are limited to 75 MB, not the 256 MB of --max-state.*--max-old-space-size/),
  ]);
});

describe('a world that was kept', () => {
  const notices = (origin: 'file' | 'built-in', given: Partial<Config>, fingerprint = 'new') => {
    const world = { seed: async () => ({ fingerprint: 'old', origin }) } as unknown as World;
    return listSeedNotices(world, fingerprint, config({ data: 'mock.db', ...given }));
  };

  it('of the same seed is worth no word', async () => {
    expect(await notices('file', {}, 'old')).toEqual([]);
  });

  it('of another seed is told, with what replaces it', async () => {
    expect(await notices('file', {})).toEqual([
      expect.stringContaining('was created from a seed file; --reseed replaces'),
    ]);
    expect(await notices('built-in', {})).toEqual([expect.stringContaining('an older built-in cast')]);
  });

  it('of another seed than the one that is asked for stops the start', async () => {
    await expect(notices('file', { seed: 'other.yaml' })).rejects.toThrow('a seed other than --seed other.yaml');
  });

  it('is none without a file, so nothing is there to be replaced', async () => {
    expect(await notices('file', { data: null, reseed: true })).toEqual([
      expect.stringContaining('--reseed has no effect without --data'),
    ]);
  });
});

describe('the posture of a server', async () => {
  const server = await testServer();
  const postureAt = (clock: object, driver: string | null = null) => {
    const settings = config({});
    const world = { store: server.world.store, clock };
    const rulesets = [
      { service: 'toys', profile: '2', tables: {} },
      { service: 'games', profile: null, tables: {} },
    ];
    return describePosture(
      { worlds: { default: world }, settings, rulesets } as unknown as Server,
      { kind: driver === null ? 'memory' : 'file', driver },
      settings,
    );
  };

  it('is where its state is, when edits count, and which versions it has', async () => {
    expect(await postureAt({ ahead: 0, frozen: false })).toBe('state=memory propagation=off toys=2');
    expect(await postureAt({ ahead: 0, frozen: false }, 'node:sqlite')).toMatch(/^state=file\(node:sqlite\) /);
    expect(server.posture).toMatch(/^state=memory propagation=\S+ .*nvcf=/);
  });

  it('has its clock where that does not show the real time', async () => {
    expect(await postureAt({ ahead: 60_000, frozen: false })).toContain(' clock=+PT1M ');
    expect(await postureAt({ ahead: -60_000, frozen: false })).toContain(' clock=-PT1M ');
    expect(await postureAt({ ahead: 0, frozen: true, now: () => START })).toContain(
      ' clock=frozen@2026-01-15T12:00:00.000Z ',
    );
  });
});
