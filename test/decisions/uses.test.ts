/** What a credential was used for is kept once, within bounds that are told. */
import { describe, expect, it } from 'vitest';
import type { ResourceState } from '../../src/decisions/decide.ts';
import type { Principal } from '../../src/decisions/principal.ts';
import { credentialKeyOf, sizeOfUses, Uses } from '../../src/decisions/uses.ts';
import { createSharedCache } from '../../src/memory/caches.ts';
import { ruleOf, serviceKey, toyLaw } from './toy-law.ts';

const QUESTION = { rule: ruleOf({ needs: { all: ['play'] } }), ruleset: toyLaw };
const EXAMPLE = { method: 'GET', path: '/toys' };

const toy = (name: string, parts: readonly string[] = []): ResourceState => ({
  found: 'object',
  attributes: { relation: 'owned', names: { toy: [name] }, parts: { 'toy-parts': parts } },
});
const named = (id: string): Principal => ({ ...serviceKey, id });
const kept = (bytes = 16_000_000) => new Uses(createSharedCache(bytes, sizeOfUses));

describe('what a credential was used for', () => {
  it('is kept once for each operation and object, with its first request', () => {
    const uses = kept();
    uses.record(serviceKey, 'play', QUESTION, toy('ball'), { method: 'GET', path: '/toys/ball?first' });
    uses.record(serviceKey, 'play', QUESTION, toy('ball'), EXAMPLE);
    uses.record(serviceKey, 'play', QUESTION, toy('doll'), EXAMPLE);
    uses.record(serviceKey, 'look', QUESTION, toy('ball'), EXAMPLE);
    uses.record(named('other'), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().map(({ principal, uses }) => [principal.id, uses.map(({ operation }) => operation)])).toEqual([
      [serviceKey.id, ['play', 'play', 'look']],
      ['other', ['play']],
    ]);
    expect(uses.list()[0]?.uses[0]?.example.path).toBe('/toys/ball?first');
  });

  it('is kept for a thousand objects, and then says that it is full', () => {
    const uses = kept();
    for (let number = 0; number < 1000; number++) uses.record(serviceKey, 'play', QUESTION, toy(`${number}`), EXAMPLE);
    expect(uses.isFull).toBe(false);
    uses.record(serviceKey, 'play', QUESTION, toy('one more'), EXAMPLE);

    expect([uses.isFull, uses.list()[0]?.uses.length]).toEqual([true, 1000]);
  });

  it('is bounded in bytes, however long the names are', () => {
    const uses = kept();
    const path = `/toys/${'x'.repeat(60_000)}`;
    for (let number = 0; number < 50; number++) {
      uses.record(serviceKey, 'play', QUESTION, toy(`${number}`), { method: 'GET', path });
    }

    expect(uses.list()[0]?.uses.length).toBeLessThan(20);
    expect(uses.isFull).toBe(true);
  });

  it('makes room for other credentials, and says so', () => {
    const uses = kept(10_000);
    for (let number = 0; number < 100; number++) uses.record(named(`key-${number}`), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().length).toBeLessThan(20);
    expect(uses.list().at(-1)?.principal.id).toBe('key-99');
    expect(uses.isFull).toBe(true);
  });

  it('has at most a hundred parts of an object', () => {
    const uses = kept();
    const parts = Array.from({ length: 500 }, (_, number) => `ball/${number}`);
    uses.record(serviceKey, 'play', QUESTION, toy('ball', parts), EXAMPLE);
    const lookedUp = uses.list()[0]?.uses[0]?.lookedUp;

    expect(lookedUp?.found === 'object' ? lookedUp.attributes?.parts?.['toy-parts'] : null).toHaveLength(100);
  });

  it('is empty after it was cleared', () => {
    const uses = kept(10_000);
    for (let number = 0; number < 100; number++) uses.record(named(`key-${number}`), 'play', QUESTION, null, EXAMPLE);
    uses.clear();

    expect([uses.list(), uses.isFull]).toEqual([[], false]);
  });

  it('may be something that was seen without a name, or without parts, or that was not seen', () => {
    const uses = kept();
    const nameless: ResourceState = { found: 'object' };
    const whole: ResourceState = { found: 'object', attributes: { relation: 'owned', names: { toy: ['ball'] } } };
    const foreign: ResourceState = { found: 'foreign', owner: 'bo' };
    uses.record(serviceKey, 'a', QUESTION, nameless, EXAMPLE);
    uses.record(serviceKey, 'b', QUESTION, whole, EXAMPLE);
    uses.record(serviceKey, 'c', QUESTION, foreign, EXAMPLE);

    expect(uses.list()[0]?.uses.map(({ lookedUp }) => lookedUp)).toEqual([nameless, whole, foreign]);
  });

  it('is that of a credential, and not of somebody', () => {
    expect(credentialKeyOf(serviceKey)).toBe('service-key key-1 ');
    expect(credentialKeyOf({ kind: 'user', id: 'ada', name: 'ada', clientId: 'cli' })).toBe('user ada cli');
  });
});
