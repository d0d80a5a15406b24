/**
 * What a credential was used for is kept once, within bounds that are told.
 *
 * Breaks with: src/http/steps/note-use.ts
 */
import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/core/decide.ts';
import { Budget } from '../../src/core/held.ts';
import type { Principal } from '../../src/core/principal.ts';
import { Uses } from '../../src/core/uses.ts';
import { nvcfServer } from '../support/nvcf-client.ts';
import { ruleOf, serviceKey, toyLaw } from './toy-law.ts';

const QUESTION = { rule: ruleOf({ needs: { all: ['play'] } }), law: toyLaw };
const EXAMPLE = { method: 'GET', path: '/toys' };

const toy = (name: string, parts: readonly string[] = []): Seen => ({
  seen: 'object',
  reach: { relation: 'owned', names: { toy: [name] }, parts: { 'toy-parts': parts } },
});
const named = (id: string): Principal => ({ ...serviceKey, id });
const kept = () => new Uses(new Budget(16_000_000));

describe('what a credential was used for', () => {
  it('is kept once for each operation and object, with its first request', () => {
    const uses = kept();
    uses.note(serviceKey, 'play', QUESTION, toy('ball'), { method: 'GET', path: '/toys/ball?first' });
    uses.note(serviceKey, 'play', QUESTION, toy('ball'), EXAMPLE);
    uses.note(serviceKey, 'play', QUESTION, toy('doll'), EXAMPLE);
    uses.note(serviceKey, 'look', QUESTION, toy('ball'), EXAMPLE);
    uses.note(named('other'), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().map(({ principal, uses }) => [principal.id, uses.map(({ operation }) => operation)])).toEqual([
      [serviceKey.id, ['play', 'play', 'look']],
      ['other', ['play']],
    ]);
    expect(uses.list()[0]?.uses[0]?.example.path).toBe('/toys/ball?first');
  });

  it('is kept for a thousand objects, and then says that it is full', () => {
    const uses = kept();
    for (let number = 0; number < 1000; number++) uses.note(serviceKey, 'play', QUESTION, toy(`${number}`), EXAMPLE);
    expect(uses.isFull).toBe(false);
    uses.note(serviceKey, 'play', QUESTION, toy('one more'), EXAMPLE);

    expect([uses.isFull, uses.list()[0]?.uses.length]).toEqual([true, 1000]);
  });

  it('is bounded in bytes, however long the names are', () => {
    const uses = kept();
    const path = `/toys/${'x'.repeat(60_000)}`;
    for (let number = 0; number < 50; number++) {
      uses.note(serviceKey, 'play', QUESTION, toy(`${number}`), { method: 'GET', path });
    }

    expect(uses.list()[0]?.uses.length).toBeLessThan(20);
    expect(uses.isFull).toBe(true);
  });

  it('makes room for other credentials, and says so', () => {
    const uses = new Uses(new Budget(10_000));
    for (let number = 0; number < 100; number++) uses.note(named(`key-${number}`), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().length).toBeLessThan(20);
    expect(uses.list().at(-1)?.principal.id).toBe('key-99');
    expect(uses.isFull).toBe(true);
  });

  it('has at most a hundred parts of an object', () => {
    const uses = kept();
    const parts = Array.from({ length: 500 }, (_, number) => `ball/${number}`);
    uses.note(serviceKey, 'play', QUESTION, toy('ball', parts), EXAMPLE);
    const sighting = uses.list()[0]?.uses[0]?.sighting;

    expect(sighting?.seen === 'object' ? sighting.reach?.parts?.['toy-parts'] : null).toHaveLength(100);
  });

  it('is empty after it was cleared', () => {
    const uses = new Uses(new Budget(10_000));
    for (let number = 0; number < 100; number++) uses.note(named(`key-${number}`), 'play', QUESTION, null, EXAMPLE);
    uses.clear();

    expect([uses.list(), uses.isFull]).toEqual([[], false]);
  });
});

describe('over HTTP', () => {
  it('a refused or simulated request uses nothing', async () => {
    const server = await nvcfServer();
    const path = '/v2/nvcf/functions';
    const { body: key } = await server.call('POST /_mock/keys', {
      body: {
        type: 'service',
        name: 'k',
        services: ['nvcf'],
        scopes: ['Delete Function'],
        resource: { type: 'All Functions' },
      },
    });
    const used = async () => (await server.call('GET /_mock/least-privilege?principal=k')).body.principals[0].used;
    const { status } = await server.call(`GET ${path}`, { token: key.key });
    await server.call('POST /_mock/decisions/simulate', {
      body: {
        principal: 'k',
        holding: { scopes: ['List Functions'], resource: { type: 'All Functions' } },
        method: 'GET',
        path,
      },
    });
    expect([status, await used()]).toEqual([403, []]);

    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['List Functions'] } });
    await server.call(`GET ${path}`, { token: key.key });
    expect((await used()).map(({ operation }: { operation: string }) => operation)).toEqual(['listFunctions']);
  });
});
