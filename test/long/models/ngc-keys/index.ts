import fc from 'fast-check';
import { expect } from 'vitest';
import { rfc3339 } from '../../../../src/lib/clock.ts';
import { drawConcurrent, drawMixed, drawSingle } from '../action.ts';
import { Live } from '../live.ts';
import { createRestartStep, createTimeStep, defineModel } from '../modelled.ts';
import { backwards, describeEvents, describeKey, MAY, ofKeys, ofTime, sortAll } from './actions.ts';
import { DELAY, NgcKeys } from './model.ts';

/** The number of deleted keys that are checked after every step. */
const MAX_DELETED = 2;

async function compare(model: NgcKeys, live: Live): Promise<void> {
  const { body: clock } = await live.call('GET /_mock/clock');
  expect(clock).toMatchObject({ now: rfc3339(model.now), frozen: 'frozenAt' in model.clock });
  expect(sortAll(clock.upcoming)).toEqual(describeEvents(model.events()));
  expect((await live.call('GET /_mock/propagation')).body).toMatchObject({ mode: model.mode });
  for (const key of model.keys) {
    expect((await live.call(`GET /_mock/keys/${key.id}`)).body).toEqual(describeKey(model, key));
  }
  const deleted = model.ids.filter((id) => model.find(id) === undefined).slice(0, MAX_DELETED);
  for (const id of deleted) expect((await live.call(`GET /_mock/keys/${id}`)).status).toBe(404);
  const current = model.keys.map(({ text }) => text);
  const former = model.texts.filter((text) => !current.includes(text)).slice(0, MAX_DELETED);
  for (const text of [...current, ...former]) await compareUse(model, live, text);
}

/** Compares the rights of a key, and their next change. */
async function compareUse(model: NgcKeys, live: Live, text: string): Promise<void> {
  const key = model.keys.find((candidate) => candidate.text === text);
  const refused = model.findRejectionReason(text);
  for (const [path, may] of Object.entries(MAY)) {
    const { status, decision } = await live.call(`GET ${path}`, { token: text });
    if (key === undefined || refused !== null) {
      expect(decision).toMatchObject({ effect: 'deny', reason: refused });
      live.note(String(refused));
      continue;
    }
    const isAllowed = may(model.inForce(key));
    const turning = model.pending(key).find((version) => may(version) !== isAllowed);
    expect([status, decision.effect]).toEqual(isAllowed ? [200, 'allow'] : [403, 'deny']);
    expect(decision.pending).toEqual(
      turning && {
        version: turning.version,
        effectiveAt: rfc3339(turning.effectiveAt),
        effect: isAllowed ? 'deny' : 'allow',
      },
    );
    live.note(isAllowed ? 'allowed' : 'refused');
    if (turning !== undefined) live.note('pending');
  }
}

/** Removes the snapshot, which is kept in memory. */
function forgetSnapshot(model: NgcKeys): void {
  model.snapshot = null;
}

/** Service keys: the versions of their policies in force after changes of keys, mode and clock. */
export const ngcKeys = defineModel({
  name: 'NGC keys',
  setup: fc.constant(undefined),
  begin: async () => ({ live: await Live.open(), model: new NgcKeys() }),
  compare,
  // A request has the time of its arrival, so it is never concurrent with a move of the clock or a restore.
  steps: drawMixed(
    [10, drawSingle(ofKeys)],
    [4, drawSingle(ofTime)],
    [1, drawSingle(backwards)],
    [3, drawConcurrent(ofKeys)],
    [1, drawConcurrent(ofTime)],
    [2, createTimeStep(1, 1_000, DELAY - 1, DELAY)],
    [1, createRestartStep(forgetSnapshot)],
  ),
  outcomes: [
    ...['create: 201', 'edit: 200', 'edit: 404', 'edit at NGC: 200', 'edit at NGC: no_such_object'],
    ...['rotate: 200', 'rotate: 404', 'rotate: no_such_object', 'delete: 204', 'delete: 404'],
    ...['disabled: 200', 'active: 200', 'brief: 200', 'renewed: 200', 'toggle: 200', 'flush: 200', 'flush: 404'],
    ...['advance: 200', 'next event: 200', 'next event: 409', 'freeze: 200', 'resume: 200'],
    ...['snapshot: 201', 'restore: 200', 'reset: 200', 'allowed', 'refused', 'pending'],
    ...['unknown_key', 'disabled_key', 'expired_key', 'at once', 'restart'],
  ],
});
