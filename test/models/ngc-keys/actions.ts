import fc from 'fast-check';
import { expect } from 'vitest';
import { rfc3339 } from '../../../src/time/clock.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import type { Answer } from '../../support/server.ts';
import { type Action, copyOf, mixed } from '../action.ts';
import { DELAY, type Event, type Key, type NgcKeys, type Policy, type Snapshot, type Version } from './model.ts';

type Drawn = fc.Arbitrary<Action<NgcKeys>>;

const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
export const FUNCTION = `/v2/nvcf/functions/${echo?.functionId}/versions/${echo?.versionId}`;
export const SIMULATIONS = '/api/v3/simulations/';
const OWNER = castKey('owner').key;
const VENDOR = '/v3/orgs/acme/keys';

/** Policies, by what they are called in lists of steps. */
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

/** May the holder of a policy read the function, or list simulations? */
export const MAY = {
  [FUNCTION]: ({ scopes, resource }: Policy) =>
    scopes.includes('list_functions') &&
    resource !== null &&
    (resource.ids === undefined || resource === RESOURCES.echo || resource.ids[0] === echo?.functionId),
  [SIMULATIONS]: ({ scopes }: Policy) => scopes.includes('air:access'),
};

export const versionShown = ({ recordedAt, effectiveAt, ...rest }: Version) => ({
  ...rest,
  recordedAt: rfc3339(recordedAt),
  effectiveAt: rfc3339(effectiveAt),
});

/** How the switchboard shows a key. */
export function shown(model: NgcKeys, key: Key) {
  return expect.objectContaining({
    id: key.id,
    name: key.name,
    status: model.isExpired(key) ? 'expired' : key.enabled ? 'active' : 'disabled',
    expiresAt: key.expiresAt === null ? null : rfc3339(key.expiresAt),
    policy: versionShown(model.inForce(key)),
    pending: model.pending(key).map(versionShown),
    history: key.versions.map(versionShown),
  });
}

const create: Drawn = fc.tuple(name, policy).map(([name, { scopes, resource }]) => ({
  kind: 'create',
  text: `\`${name}\` is created with the scopes ${scopes} on ${resource}`,
  of: (before) => {
    if (before.named(name) !== undefined) return null;
    const given = { scopes: SCOPES[scopes], resource: RESOURCES[resource] };
    const order = { type: 'service', name, services: ['nvcf', 'air'], scopes: given.scopes };
    const body = { ...order, ...(given.resource !== null && { resource: given.resource }) };
    return {
      send: (live) => live.call('POST /_mock/keys', { body }),
      take: (model, { status, body: { id, key: text } }) => {
        expect(status).toBe(201);
        const first = { ...given, version: 1, recordedAt: model.now, effectiveAt: model.now };
        model.add({ id, name, text, versions: [first], enabled: true, expiresAt: null });
      },
    };
  },
}));

/** Something that is done to a key: 404 once it is gone. */
function toKey(
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
    const given = {
      ...(which !== 'resource' && { scopes: SCOPES[scopes] }),
      ...(which !== 'scopes' && { resource: RESOURCES[resource] }),
    };
    const body = { ...given, ...(given.resource === null && { resource: [] }) };
    const words = [which !== 'resource' && `the scopes ${scopes}`, which !== 'scopes' && `on ${resource}`];
    return toKey(
      'edit',
      `\`${name}\` is given ${words.filter(Boolean).join(' ')}`,
      name,
      (id) => [`PATCH /_mock/keys/${id}`, { body }],
      (model, key, answer) => {
        model.edit(key, given);
        expect(answer.body).toEqual(shown(model, key));
      },
    );
  });

/** The form in which the vendor has policies. */
function productsOf(scopes: readonly string[], resource: Policy['resource']) {
  const id = resource?.ids === undefined ? '*' : `${resource.ids[0]}/*`;
  const type = resource?.ids === undefined ? 'account-functions' : 'function';
  const own = (isAir: boolean) => scopes.filter((scope) => scope.startsWith('air:') === isAir);
  return [
    { product: 'nv-cloud-functions', scopes: own(false), ...(resource !== null && { resources: [{ id, type }] }) },
    { product: 'air', scopes: own(true) },
  ];
}

const editAtVendor: Drawn = fc.tuple(name, policy).map(([name, { scopes, resource }]) => {
  const given = { scopes: SCOPES[scopes], resource: RESOURCES[resource] };
  return toKey(
    'edit at NGC',
    `\`${name}\` is given the scopes ${scopes} on ${resource} by its owner`,
    name,
    (id) => [`PATCH ${VENDOR}/${id}`, { token: OWNER, body: { policies: productsOf(given.scopes, given.resource) } }],
    (model, key) => model.edit(key, given),
  );
});

const change: Drawn = fc.tuple(name, fc.constantFrom('disabled', 'active', 'renewed', 'brief')).map(([name, what]) =>
  toKey(
    what,
    `\`${name}\` becomes ${what}`,
    name,
    (id, { now }) => {
      if (what === 'renewed') return [`PATCH /_mock/keys/${id}`, { body: { expiresAt: null } }];
      const body = what === 'brief' ? { expiresAt: rfc3339(now + DELAY / 3) } : { status: what };
      return [`PATCH /_mock/keys/${id}`, { body }];
    },
    (_, key, { body }) => {
      if (what === 'brief') key.expiresAt = Date.parse(body.expiresAt);
      else if (what === 'renewed') key.expiresAt = null;
      else key.enabled = what === 'active';
    },
  ),
);

const rotate: Drawn = fc.tuple(name, fc.boolean()).map(([name, isOwner]) =>
  toKey(
    'rotate',
    `\`${name}\` is rotated${isOwner ? ' by its owner' : ''}`,
    name,
    (id) => (isOwner ? [`POST ${VENDOR}/${id}/rotate`, { token: OWNER }] : [`POST /_mock/keys/${id}/rotate`]),
    (model, key, { body }) => model.replaceText(key, isOwner ? body.apiKey.value : body.key),
  ),
);

const remove: Drawn = name.map((name) =>
  toKey(
    'delete',
    `\`${name}\` is deleted`,
    name,
    (id) => [`DELETE /_mock/keys/${id}`],
    (model, key) => {
      model.keys = model.keys.filter((one) => one !== key);
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
        expect(sorted(body.flushed)).toEqual(sorted(flushed));
      },
    };
  },
}));

/** Events of one moment come in any order. */
export const eventsShown = (events: readonly Event[]) => sorted(events.map((one) => ({ ...one, at: rfc3339(one.at) })));
export function sorted(items: readonly object[]): object[] {
  const text = (item: object) => JSON.stringify(Object.entries(item).sort());
  return [...items].sort((one, other) => (text(one) < text(other) ? -1 : 1));
}

/** What a move of the clock answers: where it is now, and what happened on the way. */
function moved(model: NgcKeys, { status, body }: Answer, to: number): void {
  const passed = model.events().filter(({ at }) => at <= to);
  expect(status, JSON.stringify(body)).toBe(200);
  model.move(to);
  expect(body).toMatchObject({ now: rfc3339(to), frozen: 'frozenAt' in model.clock, more: false });
  expect(sorted(body.events)).toEqual(eventsShown(passed));
}

const advance: Drawn = fc.constantFrom(1, 1_000, DELAY / 3, DELAY - 1, DELAY, 4 * DELAY).map((time) => ({
  kind: 'advance',
  text: `the clock is advanced by ${time} ms`,
  of: () => ({
    send: (live) => live.call('POST /_mock/clock/advance', { body: { by: `${time}ms` } }),
    take: (model, answer) => moved(model, answer, model.now + time),
  }),
}));

const toNextEvent: Drawn = fc.constant({
  kind: 'next event',
  text: 'the clock is advanced to the next event',
  of: () => ({
    send: (live) => live.call('POST /_mock/clock/advance', { body: { to: 'next-event' } }),
    take: (model, answer) => {
      const [next] = model.events();
      if (next !== undefined) moved(model, answer, next.at);
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
      const { keys, mode, clock } = copyOf(model);
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
        // What it holds depends on the order of what was sent together with it.
        const { of, at } = structuredClone(model.snapshot as Snapshot);
        const { clock, ...rest } = of;
        // A clock that ran goes on from the moment of the snapshot.
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

/** What is done to keys. */
export const ofKeys: Drawn = mixed(
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

/** What is done to the clock. */
export const ofTime: Drawn = mixed([2, advance], [1, toNextEvent], [1, freeze]);

/** What takes the whole world back. */
export const backwards: Drawn = mixed([3, restore], [1, reset]);
