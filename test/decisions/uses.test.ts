/** The recorded uses of a credential, each once and within limits. */
import { describe, expect, it } from 'vitest';
import type { ResourceState } from '../../src/decisions/decide.ts';
import type { Principal } from '../../src/decisions/principal.ts';
import { credentialKeyOf, sizeOfUses, Uses } from '../../src/decisions/uses.ts';
import { createSharedCache } from '../../src/lib/memory.ts';
import { ruleOf, serviceKey, toyLaw } from './toy-law.ts';

const QUESTION = { rule: ruleOf({ needs: { all: ['play'] } }), ruleset: toyLaw };
const EXAMPLE = { method: 'GET', path: '/toys' };

const createToy = (name: string, parts: readonly string[] = []): ResourceState => ({
  found: 'object',
  attributes: { relation: 'owned', names: { toy: [name] }, parts: { 'toy-parts': parts } },
});
const createPrincipal = (id: string): Principal => ({ ...serviceKey, id });
const createUses = (bytes = 16_000_000) => new Uses(createSharedCache(bytes, sizeOfUses));

describe('the uses of a credential', () => {
  it('are recorded once for each operation and object, with the first request', () => {
    const uses = createUses();
    uses.record(serviceKey, 'play', QUESTION, createToy('ball'), { method: 'GET', path: '/toys/ball?first' });
    uses.record(serviceKey, 'play', QUESTION, createToy('ball'), EXAMPLE);
    uses.record(serviceKey, 'play', QUESTION, createToy('doll'), EXAMPLE);
    uses.record(serviceKey, 'look', QUESTION, createToy('ball'), EXAMPLE);
    uses.record(createPrincipal('other'), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().map(({ principal, uses }) => [principal.id, uses.map(({ operation }) => operation)])).toEqual([
      [serviceKey.id, ['play', 'play', 'look']],
      ['other', ['play']],
    ]);
    expect(uses.list()[0]?.uses[0]?.example.path).toBe('/toys/ball?first');
  });

  it('are limited to 1000 objects, and then marked as full', () => {
    const uses = createUses();
    for (let number = 0; number < 1000; number++)
      uses.record(serviceKey, 'play', QUESTION, createToy(`${number}`), EXAMPLE);
    expect(uses.isFull).toBe(false);
    uses.record(serviceKey, 'play', QUESTION, createToy('one more'), EXAMPLE);

    expect([uses.isFull, uses.list()[0]?.uses.length]).toEqual([true, 1000]);
  });

  it('are limited in bytes, however long the names are', () => {
    const uses = createUses();
    const path = `/toys/${'x'.repeat(60_000)}`;
    for (let number = 0; number < 50; number++) {
      uses.record(serviceKey, 'play', QUESTION, createToy(`${number}`), { method: 'GET', path });
    }

    expect(uses.list()[0]?.uses.length).toBeLessThan(20);
    expect(uses.isFull).toBe(true);
  });

  it('are evicted for other credentials, and then marked as full', () => {
    const uses = createUses(10_000);
    for (let number = 0; number < 100; number++)
      uses.record(createPrincipal(`key-${number}`), 'play', QUESTION, null, EXAMPLE);

    expect(uses.list().length).toBeLessThan(20);
    expect(uses.list().at(-1)?.principal.id).toBe('key-99');
    expect(uses.isFull).toBe(true);
  });

  it('contain at most a hundred parts of an object', () => {
    const uses = createUses();
    const parts = Array.from({ length: 500 }, (_, number) => `ball/${number}`);
    uses.record(serviceKey, 'play', QUESTION, createToy('ball', parts), EXAMPLE);
    const lookedUp = uses.list()[0]?.uses[0]?.lookedUp;

    expect(lookedUp?.found === 'object' ? lookedUp.attributes?.parts?.['toy-parts'] : null).toHaveLength(100);
  });

  it('are empty after `clear`', () => {
    const uses = createUses(10_000);
    for (let number = 0; number < 100; number++)
      uses.record(createPrincipal(`key-${number}`), 'play', QUESTION, null, EXAMPLE);
    uses.clear();

    expect([uses.list(), uses.isFull]).toEqual([[], false]);
  });

  it('contain look-ups without names, without parts and of foreign objects', () => {
    const uses = createUses();
    const nameless: ResourceState = { found: 'object' };
    const whole: ResourceState = { found: 'object', attributes: { relation: 'owned', names: { toy: ['ball'] } } };
    const foreign: ResourceState = { found: 'foreign', owner: 'bo' };
    uses.record(serviceKey, 'a', QUESTION, nameless, EXAMPLE);
    uses.record(serviceKey, 'b', QUESTION, whole, EXAMPLE);
    uses.record(serviceKey, 'c', QUESTION, foreign, EXAMPLE);

    expect(uses.list()[0]?.uses.map(({ lookedUp }) => lookedUp)).toEqual([nameless, whole, foreign]);
  });

  it('have a key of the principal and its client', () => {
    expect(credentialKeyOf(serviceKey)).toBe('service-key key-1 ');
    expect(credentialKeyOf({ kind: 'user', id: 'ada', name: 'ada', clientId: 'cli' })).toBe('user ada cli');
  });
});
