import { describe, expect, it } from 'vitest';
import type { MadeFrom } from '../../src/contract/request.ts';
import type { World } from '../../src/contract/world.ts';
import { Budget } from '../../src/core/bounded-cache.ts';
import { Views } from '../../src/core/views.ts';
import { newAnswers, rememberedAnswer, rememberedOf } from '../../src/http/answers.ts';
import type { RequestContext } from '../../src/http/context.ts';
import { key } from '../core/toy-law.ts';

const CALLER = key(['play']);

/** Requests to one operation. */
function operation() {
  const answers = newAnswers();
  const views = new Views(new Budget(100_000));
  let made = 0;
  return (request: object = {}, from: MadeFrom = { from: [1] }) => {
    const { mode = 'enforce', ...told } = request as { mode?: string };
    const asked = {
      world: { views, mode } as unknown as World,
      caller: CALLER,
      now: 10,
      origin: 'http://a',
      url: '/b',
    };
    const context = { ...asked, ...told } as unknown as RequestContext;
    const answer = rememberedAnswer(answers, context, from, () => ({ status: 200, body: { made: ++made } }));
    return answer.outcome.body as { readonly made: number };
  };
}

describe('an answer is made once', () => {
  it('for the same request, as long as it is made from the same', () => {
    const ask = operation();

    expect(ask()).toEqual({ made: 1 });
    expect(ask()).toBe(ask());
  });

  it.each<[what: string, request: object]>([
    ['somebody else', { caller: { ...CALLER, principal: { ...CALLER.principal, id: 'other' } } }],
    ['somebody of another kind', { caller: { ...CALLER, principal: { ...CALLER.principal, kind: 'user' } } }],
    ['nobody', { caller: null }],
    ['somebody who holds something else now', { caller: { ...CALLER, heldRights: { ...CALLER.heldRights } } }],
    ['another path or query', { url: '/b?c' }],
    ['another name of the server', { origin: 'http://c' }],
    ['a world that only records what it would refuse', { mode: 'observe' }],
  ])('and again for %s', (_what, request) => {
    const ask = operation();
    ask();

    expect(ask(request)).toEqual({ made: 2 });
    expect(ask(request)).toEqual({ made: 2 });
  });

  it('and again when what it is made from has changed', () => {
    const ask = operation();
    ask({}, { from: [1, null] });

    expect(ask({}, { from: [2, null] })).toEqual({ made: 2 });
    expect(ask({}, { from: [2, 5] })).toEqual({ made: 3 });
  });

  it('and again when something that it shows has changed by itself, or had not changed yet', () => {
    const ask = operation();
    const at = (now: number) => ask({ now }, { from: [1], moments: () => [null, 3, 8, 20, 30] }).made;

    expect([10, 8, 19, 20, 29, 30, 1000, 29, 7].map(at)).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 5]);
  });
});

it('what is remembered of a request counts only for the answer that its handler made', () => {
  const outcome = { status: 200, body: {} };
  const remembering = { outcome, text: '{}', from: 0, until: 1 };
  const context = { remembering } as unknown as RequestContext;

  expect(rememberedOf(context, outcome)).toBe(remembering);
  expect(rememberedOf(context, { ...outcome })).toBeNull();
  expect(rememberedOf({ remembering: null } as unknown as RequestContext, outcome)).toBeNull();
});
