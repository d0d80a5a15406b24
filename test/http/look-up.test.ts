import { describe, expect, it } from 'vitest';
import type { LookupResult } from '../../src/decisions/decide.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import type { RequestInWorld } from '../../src/http/request.ts';
import { lookUpObject } from '../../src/http/steps/decide.ts';
import { ask } from '../decisions/toy-law.ts';

/** A request with these parameters, to a service that finds every toy by its id. */
const createRequest = (params: Record<string, string>, body?: unknown, hasLookup = true): RequestInWorld => {
  const lookup = async (_: unknown, id: string): Promise<LookupResult> => ({ found: 'object', target: id });
  return { route: { lookup: hasLookup ? lookup : null }, params, body } as unknown as RequestInWorld;
};
const createAccessRequest = (cover?: Rule['cover']) => ask(cover === undefined ? {} : { cover });

describe('the object that a request is about', () => {
  it('is looked up by the parameter of the rule', async () => {
    const result = await lookUpObject(
      createRequest({ toyId: 'ball' }),
      createAccessRequest({ lookup: 'toy', param: 'toyId' }),
    );

    expect(result).toEqual({ found: 'object', target: 'ball' });
  });

  it('is looked up by the body if the rule has no parameter, after the body was read', async () => {
    const accessRequest = createAccessRequest({ lookup: 'toy' });

    expect(await lookUpObject(createRequest({}), accessRequest)).toBeNull();
    expect(await lookUpObject(createRequest({}, { toy: 'ball' }), accessRequest)).toEqual({
      found: 'object',
      target: '',
    });
  });

  it('is null if the rule or the route has no look-up', async () => {
    expect(await lookUpObject(createRequest({ toyId: 'ball' }), createAccessRequest())).toBeNull();
    expect(
      await lookUpObject(
        createRequest({ toyId: 'ball' }, {}, false),
        createAccessRequest({ lookup: 'toy', param: 'toyId' }),
      ),
    ).toBeNull();
  });
});
