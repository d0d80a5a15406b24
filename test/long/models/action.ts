import fc from 'fast-check';
import type { Answer } from '../../support/server.ts';
import type { Live } from './live.ts';
import type { Possible, Step } from './modelled.ts';

/** A request of a history. */
export interface Action<Model extends object> {
  /** The same for all actions of a kind. */
  readonly kind: string;
  readonly text: string;
  /** Creates the exchange for a state of a model, or returns null if the action is impossible there. */
  readonly of: (model: Readonly<Model>) => Exchange<Model> | null;
}

/** A request, and the check of its response by a model. */
export interface Exchange<Model extends object> {
  readonly send: (live: Live) => Promise<Answer>;
  /**
   * Compares the answer with what the model expects, and does in the model what the server did. What the request is
   * about may have another place in this model than in that which it was made from, so it is found by its id.
   *
   * @param isAlone where others are sent at the same time, one refusal can have the words of another
   */
  readonly take: (model: Model, answer: Answer, isAlone: boolean) => void;
}

/** Draws one of these, weighted by their numbers. */
export function drawMixed<Item>(...parts: readonly (readonly [often: number, drawn: fc.Arbitrary<Item>])[]) {
  return fc.oneof(...parts.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** One request by itself. */
export function drawSingle<Model extends object>(actions: fc.Arbitrary<Action<Model>>): fc.Arbitrary<Step<Model>> {
  return actions.map((action) => createStep([action]));
}

/** How many requests are sent at once: all orders of them are tried on the model. */
const MAX_AT_ONCE = 4;

/** Several requests at once, some of them the same. Their answers must be right in some order. */
export function drawConcurrent<Model extends object>(actions: fc.Arbitrary<Action<Model>>): fc.Arbitrary<Step<Model>> {
  const some = fc
    .tuple(actions, fc.integer({ min: 1, max: 3 }))
    .map(([action, times]) => Array<Action<Model>>(times).fill(action));
  return fc
    .array(some, { minLength: 1, maxLength: MAX_AT_ONCE })
    .map((drawn) => createStep(drawn.flat().slice(0, MAX_AT_ONCE)));
}

function createStep<Model extends object>(drawn: readonly Action<Model>[]): Step<Model> {
  let sent: readonly Sent<Model>[] = [];
  return {
    check: ({ models }) => findPossible(drawn, models).length > 0,
    run: async (possible, live) => {
      sent = findPossible(drawn, possible.models);
      const answered = await Promise.all(sent.map(async (one) => ({ ...one, answer: await one.exchange.send(live) })));
      possible.models = findMatching(possible.models, answered);
      for (const { action, answer } of answered) {
        live.note(`${action.kind}: ${answer.decision?.reason ?? answer.status}`);
      }
      if (sent.length > 1) live.note('at once');
    },
    toString: () => `${sent.length > 1 ? 'at once: ' : ''}${sent.map(({ action }) => action.text).join('; ')}`,
  };
}

interface Sent<Model extends object> {
  readonly action: Action<Model>;
  readonly exchange: Exchange<Model>;
}

interface Answered<Model extends object> {
  readonly exchange: Exchange<Model>;
  readonly answer: Answer;
}

/** Returns the actions that are possible now. */
function findPossible<Model extends object>(
  actions: readonly Action<Model>[],
  [model]: Possible<Model>['models'],
): readonly Sent<Model>[] {
  return actions.flatMap((action) => {
    const exchange = action.of(model);
    return exchange === null ? [] : { action, exchange };
  });
}

/**
 * Returns the models after these responses, for every order in which they are correct.
 *
 * @throws Error if there is none
 */
function findMatching<Model extends object>(
  before: Possible<Model>['models'],
  answered: readonly Answered<Model>[],
): Possible<Model>['models'] {
  const isAlone = answered.length === 1;
  const after = new Map<string, Model>();
  const faults: unknown[] = [];
  for (const start of before) {
    for (const order of listOrders(answered)) {
      const model = copyModel(start);
      try {
        for (const { exchange, answer } of order) exchange.take(model, answer, isAlone);
        after.set(JSON.stringify(model), model);
      } catch (fault) {
        faults.push(fault);
      }
    }
  }
  const [first, ...others] = after.values();
  if (first !== undefined) return [first, ...others];
  if (isAlone) throw faults[0];
  const answers = answered.map(({ answer: { status, decision } }) => `${status} ${decision?.reason ?? ''}`.trim());
  throw new Error(`in no order can the answers be ${answers.join(', ')}; in one of them:`, { cause: faults[0] });
}

function* listOrders<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of listOrders(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

/** Copies a model whose members are plain data. */
export function copyModel<Model extends object>(model: Model): Model {
  return Object.assign(Object.create(Object.getPrototypeOf(model)), structuredClone({ ...model }));
}
