import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../src/core/decide.ts';
import type { Rule } from '../../src/core/rule.ts';
import type { InFlight } from '../../src/http/in-flight.ts';
import { lookUp } from '../../src/http/look-up.ts';
import { ask } from '../core/toy-law.ts';

/** A request with these parts, at a service that finds every toy by its id. */
const flight = (params: Record<string, string>, body?: unknown, hasLookup = true): InFlight => {
  const lookup = async (_: unknown, id: string): Promise<Sighting> => ({ seen: 'object', target: id });
  return { route: { lookup: hasLookup ? lookup : null }, context: { params, body } } as unknown as InFlight;
};
const by = (cover?: Rule['cover']) => ask(cover === undefined ? {} : { cover });

describe('the object that a request is about', () => {
  it('is looked up by the parameter that the rule names', async () => {
    const seen = await lookUp(flight({ toyId: 'ball' }), by({ lookup: 'toy', param: 'toyId' }));

    expect(seen).toEqual({ seen: 'object', target: 'ball' });
  });

  it('is looked up by the body where the rule names no parameter, and not before that was read', async () => {
    const question = by({ lookup: 'toy' });

    expect(await lookUp(flight({}), question)).toBeNull();
    expect(await lookUp(flight({}, { toy: 'ball' }), question)).toEqual({ seen: 'object', target: '' });
  });

  it('is none where the rule has no look-up, or the route', async () => {
    expect(await lookUp(flight({ toyId: 'ball' }), by())).toBeNull();
    expect(await lookUp(flight({ toyId: 'ball' }, {}, false), by({ lookup: 'toy', param: 'toyId' }))).toBeNull();
  });
});
