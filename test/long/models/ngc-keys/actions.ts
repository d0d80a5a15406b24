import fc from 'fast-check';
import { expect } from 'vitest';
import { rfc3339 } from '../../../../src/lib/clock.ts';
import { castFunction, castKey } from '../../../support/ngc-cast.ts';
import type { Answer } from '../../../support/server.ts';
import { type Action, copyModel, drawMixed } from '../action.ts';
import { DELAY, type Event, type Key, type NgcKeys, type Policy, type Snapshot, type Version } from './model.ts';

type Drawn = fc.Arbitrary<Action<NgcKeys>>;

const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
export const FUNCTION = `/v2/nvcf/functions/${echo?.functionId}/versions/${echo?.versionId}`;
export const SIMULATIONS = '/api/v3/simulations/';
const OWNER = castKey('owner').key;
const VENDOR = '/v3/orgs/acme/keys';

/** Scopes of policies, by their names in lists of steps. */
const SCOPES = {
  nothing: [],
  nvcf: ['list_functions'],
  air: ['air:access', 'air:simulation_read'],
  both: ['list_functions', 'air:access', 'air:simulation_read'],
};
const RESOURCES = {
  none: null,
  all: { type: 'All Functions' },
  echo: { type: 'Function', ids: [echo?.functionId ?? ''] },
  slow: { type: 'Function', ids: [slow?.functionId ?? ''] },
};
const policy = fc.record({
  scopes: fc.constantFrom<keyof typeof SCOPES>('nothing', 'nvcf', 'air', 'both', 'both'),
  resource: fc.constantFrom<keyof typeof RESOURCES>('none', 'all', 'all', 'echo', 'slow'),
});
const name = fc.constantFrom('ant', 'bee');

/** Whether a policy allows reading the function or listing simulations. */
export const MAY = {
  [FUNCTION]: ({ scopes, resource }: Policy) =>
    scopes.includes('list_functions') &&
    resource !== null &&
    (resource.ids === undefined || resource === RESOURCES.echo || resource.ids[0] === echo?.functionId),
  [SIMULATIONS]: ({ scopes }: Policy) => scopes.includes('air:access'),
};

export const describeVersion = ({ recordedAt, effectiveAt, ...rest }: Version) => ({
  ...rest,
  recordedAt: rfc3339(recordedAt),
  effectiveAt: rfc3339(effectiveAt),
});

/** Describes a key as the control API returns it. */
export function describeKey(model: NgcKeys, key: Key) {
  return expect.objectContaining({
    id: key.id,
    name: key.name,
    status: model.isExpired(key) ? 'expired' : key.enabled ? 'active' : 'disabled',
    expiresAt: key.expiresAt === null ? null : rfc3339(key.expiresAt),
    policy: describeVersion(model.inForce(key)),
    pending: model.pending(key).map(describeVersion),
    history: key.versions.map(describeVersion),
  });
}

const create: Drawn = fc.tuple(name, policy).map(([name, { scopes, resource }]) => ({
  kind: 'create',
  text: `\`${name}\` is created with the scopes ${scopes} on ${resource}`,
  of: (before) => {
    if (before.named(name) !== undefined) return null;
    const values = { scopes: SCOPES[scopes], resource: RESOURCES[resource] };
    const order = { type: 'service', name, services: ['nvcf', 'air'], scopes: values.scopes };
    const body = { ...order, ...(values.resource !== null && { resource: values.resource }) };
    return {
      send: (live) => live.call('POST /_mock/keys', { body }),
      take: (model, { status, body: { id, key: text } }) => {
        expect(status).toBe(201);
        const first = { ...values, version: 1, recordedAt: model.now, effectiveAt: model.now };
        model.add({ id, name, text, versions: [first], enabled: true, expiresAt: null });
      },
    };
  },
}));

/** Creates an action on a key, with 404 if the key was deleted. */
function createKeyAction(
  kind: string,
  text: string,
  name: string,
  request: (id: string, model: Readonly<NgcKeys>) => readonly [request: string, parts?: object],
  done: (model: NgcKeys, key: Key, answer: Answer) => void,
  success = 200,
): Action<NgcKeys> {
  return {
    kind,
    text,
    of: (before) => {
      const id = before.idOf(name);
      const [line, parts] = request(id, before);
      return {
        send: (live) => live.call(line, parts),
        take: (model, answer) => {
          const key = model.find(id);
          expect(answer.status, JSON.stringify(answer.body)).toBe(key === undefined ? 404 : success);
          if (key !== undefined) done(model, key, answer);
        },
      };
    },
  };
}

const edit: Drawn = fc
  .tuple(name, policy, fc.constantFrom('scopes', 'resource', 'both'))
  .map(([name, { scopes, resource }, which]) => {
    const values = {
      ...(which !== 'resource' && { scopes: SCOPES[scopes] }),
      ...(which !== 'scopes' && { resource: RESOURCES[resource] }),
    };
    const body = { ...values, ...(values.resource === null && { resource: [] }) };
    const words = [which !== 'resource' && `the scopes ${scopes}`, which !== 'scopes' && `on ${resource}`];
    return createKeyAction(
      'edit',
      `\`${name}\` is given ${words.filter(Boolean).join(' ')}`,
      name,
      (id) => [`PATCH /_mock/keys/${id}`, { body }],
      (model, key, answer) => {
        model.edit(key, values);
        expect(answer.body).toEqual(describeKey(model, key));
      },
    );
  });

/** Converts a policy to the form of the vendor. */
function toProducts(scopes: readonly string[], resource: Policy['resource']) {
  const id = resource?.ids === undefined ? '*' : `${resource.ids[0]}/*`;
  const type = resource?.ids === undefined ? 'account-functions' : 'function';
  const own = (isAir: boolean) => scopes.filter((scope) => scope.startsWith('air:') === isAir);
  return [
    { product: 'nv-cloud-functions', scopes: own(false), ...(resource !== null && { resources: [{ id, type }] }) },
    { product: 'air', scopes: own(true) },
  ];
}

const editAtVendor: Drawn = fc.tuple(name, policy).map(([name, { scopes, resource }]) => {
  const values = { scopes: SCOPES[scopes], resource: RESOURCES[resource] };
  return createKeyAction(
    'edit at NGC',
    `\`${name}\` is given the scopes ${scopes} on ${resource} by its owner`,
    name,
    (id) => [`PATCH ${VENDOR}/${id}`, { token: OWNER, body: { policies: toProducts(values.scopes, values.resource) } }],
    (model, key) => model.edit(key, values),
  );
});

const change: Drawn = fc
  .tuple(name, fc.constantFrom('disabled', 'active', 'renewed', 'brief'))
  .map(([name, newState]) =>
    createKeyAction(
      newState,
      `\`${name}\` becomes ${newState}`,
      name,
      (id, { now }) => {
        if (newState === 'renewed') return [`PATCH /_mock/keys/${id}`, { body: { expiresAt: null } }];
        const body = newState === 'brief' ? { expiresAt: rfc3339(now + DELAY / 3) } : { status: newState };
        return [`PATCH /_mock/keys/${id}`, { body }];
      },
      (_, key, { body }) => {
        if (newState === 'brief') key.expiresAt = Date.parse(body.expiresAt);
        else if (newState === 'renewed') key.expiresAt = null;
        else key.enabled = newState === 'active';
      },
    ),
  );

const rotate: Drawn = fc.tuple(name, fc.boolean()).map(([name, isOwner]) =>
  createKeyAction(
    'rotate',
    `\`${name}\` is rotated${isOwner ? ' by its owner' : ''}`,
    name,
    (id) => (isOwner ? [`POST ${VENDOR}/${id}/rotate`, { token: OWNER }] : [`POST /_mock/keys/${id}/rotate`]),
    (model, key, { body }) => model.replaceText(key, isOwner ? body.apiKey.value : body.key),
  ),
);

const remove: Drawn = name.map((name) =>
  createKeyAction(
    'delete',
    `\`${name}\` is deleted`,
    name,
    (id) => [`DELETE /_mock/keys/${id}`],
    (model, key) => {
      model.keys = model.keys.filter((other) => other !== key);
    },
    204,
  ),
);

const toggle: Drawn = fc.constantFrom('off', 'fixed', 'fixed').map((mode) => ({
  kind: 'toggle',
  text: `propagation is set to ${mode}`,
  of: () => ({
    send: (live) => live.call('PUT /_mock/propagation', { body: { mode } }),
    take: (model, { status }) => {
      expect(status).toBe(200);
      model.mode = mode as NgcKeys['mode'];
    },
  }),
}));

const flush: Drawn = fc.option(name, { nil: null }).map((name) => ({
  kind: 'flush',
  text: name === null ? 'all edits are flushed' : `the edits of \`${name}\` are flushed`,
  of: (before) => {
    const id = name === null ? undefined : before.idOf(name);
    return {
      send: (live) => live.call('POST /_mock/propagation/flush', { body: id === undefined ? {} : { keyId: id } }),
      take: (model, { status, body }) => {
        const isThere = id === undefined || model.find(id) !== undefined;
        expect(status).toBe(isThere ? 200 : 404);
        if (!isThere) return;
        const meant = model.keys.filter((key) => id === undefined || key.id === id);
        const pending = meant.filter((key) => model.pending(key).length > 0);
        for (const key of pending) model.edit(key, {}, 0);
        const flushed = pending.map(({ id: keyId, versions }) => ({ keyId, version: versions.length }));
        expect(sortAll(body.flushed)).toEqual(sortAll(flushed));
      },
    };
  },
}));

/** Describes events; those of the same moment have any order. */
export const describeEvents = (events: readonly Event[]) =>
  sortAll(events.map((event) => ({ ...event, at: rfc3339(event.at) })));
export function sortAll(items: readonly object[]): object[] {
  const toText = (item: object) => JSON.stringify(Object.entries(item).sort());
  return [...items].sort((first, second) => (toText(first) < toText(second) ? -1 : 1));
}

/** Checks the response of a move of the clock: the new time, and the events before it. */
function expectMove(model: NgcKeys, { status, body }: Answer, to: number): void {
  const passed = model.events().filter(({ at }) => at <= to);
  expect(status, JSON.stringify(body)).toBe(200);
  model.move(to);
  expect(body).toMatchObject({ now: rfc3339(to), frozen: 'frozenAt' in model.clock, more: false });
  expect(sortAll(body.events)).toEqual(describeEvents(passed));
}

const advance: Drawn = fc.constantFrom(1, 1_000, DELAY / 3, DELAY - 1, DELAY, 4 * DELAY).map((time) => ({
  kind: 'advance',
  text: `the clock is advanced by ${time} ms`,
  of: () => ({
    send: (live) => live.call('POST /_mock/clock/advance', { body: { by: `${time}ms` } }),
    take: (model, answer) => expectMove(model, answer, model.now + time),
  }),
}));

const toNextEvent: Drawn = fc.constant({
  kind: 'next event',
  text: 'the clock is advanced to the next event',
  of: () => ({
    send: (live) => live.call('POST /_mock/clock/advance', { body: { to: 'next-event' } }),
    take: (model, answer) => {
      const [next] = model.events();
      if (next !== undefined) expectMove(model, answer, next.at);
      else expect(answer.status).toBe(409);
    },
  }),
});

const freeze: Drawn = fc.constantFrom('freeze', 'resume').map((call) => ({
  kind: call,
  text: `the clock is ${call === 'freeze' ? 'stopped' : 'let go on'}`,
  of: () => ({
    send: (live) => live.call(`POST /_mock/clock/${call}`),
    take: (model, { status }) => {
      expect(status).toBe(200);
      const { now, real } = model;
      model.clock = call === 'freeze' ? { frozenAt: now } : { ahead: now - real };
    },
  }),
}));

const take: Drawn = fc.constant({
  kind: 'snapshot',
  text: 'a snapshot is taken',
  of: () => ({
    send: (live) => live.call('POST /_mock/snapshots'),
    take: (model, { status, body }) => {
      expect(status).toBe(201);
      const { keys, mode, clock } = copyModel(model);
      model.snapshot = { id: body.id, at: model.now, of: { keys, mode, clock } };
    },
  }),
});

const restore: Drawn = fc.constant({
  kind: 'restore',
  text: 'the snapshot is restored',
  of: ({ snapshot }) =>
    snapshot && {
      send: (live) => live.call(`POST /_mock/snapshots/${snapshot.id}/restore`),
      take: (model, { status }) => {
        expect(status).toBe(200);
        // Its content depends on the order of concurrent requests.
        const { of, at } = structuredClone(model.snapshot as Snapshot);
        const { clock, ...rest } = of;
        // A running clock continues from the moment of the snapshot.
        Object.assign(model, rest, { clock: 'frozenAt' in clock ? clock : { ahead: at - model.real } });
      },
    },
});

const reset: Drawn = fc.constant({
  kind: 'reset',
  text: 'the world is reset',
  of: () => ({
    send: (live) => live.call('POST /_mock/reset'),
    take: (model, { status }) => {
      expect(status).toBe(200);
      Object.assign(model, { keys: [], mode: 'off', clock: { ahead: 0 } });
    },
  }),
});

/** Actions on keys. */
export const ofKeys: Drawn = drawMixed(
  [4, create],
  [8, edit],
  [3, editAtVendor],
  [3, change],
  [2, rotate],
  [1, remove],
  [3, toggle],
  [1, flush],
  [2, take],
);

/** Actions on the clock. */
export const ofTime: Drawn = drawMixed([2, advance], [1, toNextEvent], [1, freeze]);

/** Actions that take the whole world back. */
export const backwards: Drawn = drawMixed([3, restore], [1, reset]);
