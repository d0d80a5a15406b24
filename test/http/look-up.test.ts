import { describe, expect, it } from 'vitest';
import type { LookupResult } from '../../src/decisions/decide.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import type { RequestInWorld } from '../../src/http/request.ts';
import { lookUpObject } from '../../src/http/steps/decide.ts';
import { ask } from '../decisions/toy-law.ts';

/** A request with these parts, at a service that finds every toy by its id. */
const request = (params: Record<string, string>, body?: unknown, hasLookup = true): RequestInWorld => {
  const lookup = async (_: unknown, id: string): Promise<LookupResult> => ({ found: 'object', target: id });
  return { route: { lookup: hasLookup ? lookup : null }, params, body } as unknown as RequestInWorld;
};
const by = (cover?: Rule['cover']) => ask(cover === undefined ? {} : { cover });

describe('the object that a request is about', () => {
  it('is looked up by the parameter that the rule names', async () => {
    const seen = await lookUpObject(request({ toyId: 'ball' }), by({ lookup: 'toy', param: 'toyId' }));

    expect(seen).toEqual({ found: 'object', target: 'ball' });
  });

  it('is looked up by the body where the rule names no parameter, and not before that was read', async () => {
    const accessRequest = by({ lookup: 'toy' });

    expect(await lookUpObject(request({}), accessRequest)).toBeNull();
    expect(await lookUpObject(request({}, { toy: 'ball' }), accessRequest)).toEqual({ found: 'object', target: '' });
  });

  it('is none where the rule has no look-up, or the route', async () => {
    expect(await lookUpObject(request({ toyId: 'ball' }), by())).toBeNull();
    expect(await lookUpObject(request({ toyId: 'ball' }, {}, false), by({ lookup: 'toy', param: 'toyId' }))).toBeNull();
  });
});
