import fc from 'fast-check';
import { expect } from 'vitest';
import { admin } from '../../../support/cast.ts';
import { NOTHING } from '../../../support/runai.ts';
import type { Answer } from '../../../support/server.ts';
import { DOOR_NAMES, DOORS } from '../../../support/worlds.ts';
import { type Action, drawMixed, type Exchange } from '../action.ts';
import { compareText, createTurnComparator } from '../sorted.ts';
import {
  type App,
  type Content,
  type Credentials,
  copyContent,
  createEmptyContent,
  type Key,
  NAMES,
  type Name,
  type Snapshot,
  type World,
  type Worlds,
} from './model.ts';

type Drawn = fc.Arbitrary<Action<Worlds>>;

const HOUR = 3_600_000;
/** An organisation with only two keys in the cast, so that lists are short. */
export const ORG = 'globex';
const MADE: readonly Name[] = ['red', 'blue'];

const world = fc.constantFrom(...NAMES);
const made = fc.constantFrom(...MADE);
const credentials = fc.constantFrom<Credentials>('own', 'own', 'cast');
/** A world, and the way it is addressed. */
const inside = fc.tuple(world, fc.constantFrom(...DOOR_NAMES));
/** One of the latest snapshots. */
const back = fc.nat({ max: 1 });
const describeSnapshot = (index: number) => (index === 0 ? 'the last snapshot' : 'the snapshot before the last');

/** Creates the body of a request for a key. */
const createKeyOrder = (name: string) => ({
  type: 'service',
  name,
  org: ORG,
  services: ['air'],
  scopes: ['air:access', 'air:simulation_read'],
});

/** A request in a world, and the check of its response. */
interface Inside {
  readonly request: string;
  readonly body?: object;
  /** Whether it requires a token of an administrator. */
  readonly needsToken?: boolean;
  readonly done: (world: World, answer: Answer, model: Worlds) => void;
}

type Entrance = readonly [Name, keyof typeof DOORS];

/** Creates an action in a world. */
function createWorldAction(
  entrance: Entrance,
  kind: string,
  text: string,
  insideOf: (before: Readonly<Worlds>) => Inside | null,
): Action<Worlds> {
  return {
    kind,
    text: `${text} in ${entrance[0]} by its ${entrance[1]}`,
    of: (before) => {
      const inside = insideOf(before);
      return inside && createExchange(entrance, inside);
    },
  };
}

/** Creates an exchange in a world, with 404 if the world does not exist. */
function createExchange([name, door]: Entrance, { request, body, needsToken = false, done }: Inside): Exchange<Worlds> {
  return {
    send: async (live) => {
      const call = DOORS[door](live, name);
      const order = { body: { for: admin.email, expiresIn: '1000d' } };
      const token = needsToken ? (await call('POST /_mock/tokens', order)).body.token : undefined;
      return call(request, { ...(body !== undefined && { body }), ...(token !== undefined && { token }) });
    },
    take: (model, answer) => {
      const world = model.find(name);
      if (world === undefined) expect(answer.status, JSON.stringify(answer.body)).toBe(404);
      else done(world, answer, model);
    },
  };
}

const make: Drawn = fc.tuple(made, credentials).map(([name, credentials]) => ({
  kind: 'make',
  text: `${name} is made with credentials: ${credentials}`,
  of: () => ({
    send: (live) => live.call('POST /_mock/worlds', { body: { id: name, credentials } }),
    take: (model, { status }) => {
      expect(status).toBe(model.find(name) === undefined ? 201 : 409);
      if (status === 201) model.make(name, { credentials, seed: null });
    },
  }),
}));

/** Creates the content of a copy, with its own credentials from the response. */
function createCopyContent(source: Content, { body }: Answer, credentials: Credentials): Content {
  const content = copyContent(source);
  if (credentials === 'cast') return content;
  const created: { readonly keys: readonly (Key & { key: string })[]; readonly applications: readonly App[] } =
    body.created;
  const same = ({ id, name }: Key | App) => ({ id, name });
  const keys = created.keys.map((one) => ({ ...same(one), text: one.key }));
  const apps = created.applications.map(({ clientId, secret, ...one }) => ({ ...same(one as App), clientId, secret }));
  const byId = (first: Key | App, second: Key | App) => compareText(first.id, second.id);
  expect(keys.sort(byId).map(same)).toEqual(content.keys.map(same));
  expect(apps.sort(byId).map(same)).toEqual(content.apps.map(same));
  return { ...content, keys, apps };
}

/** Creates an action that copies a world or a snapshot. */
function copy(
  text: string,
  name: Name,
  credentials: Credentials,
  from: object,
  findSource: (model: Readonly<Worlds>) => Pick<World, keyof World> | undefined,
): Action<Worlds> {
  return {
    kind: 'copy',
    text: `${name} is made from ${text} with credentials: ${credentials}`,
    of: () => ({
      send: (live) => live.call('POST /_mock/worlds', { body: { id: name, from, credentials } }),
      take: (model, answer) => {
        const source = findSource(model);
        const expected = source === undefined ? 404 : model.find(name) === undefined ? 201 : 409;
        expect(answer.status, JSON.stringify(answer.body)).toBe(expected);
        if (source === undefined || expected !== 201) return;
        const content = createCopyContent(source, answer, credentials);
        for (const { text } of content.keys) model.rememberKey(text);
        for (const app of content.apps) model.rememberLogin(app);
        model.make(name, model.originOf(source, credentials), content);
      },
    }),
  };
}

const fork: Drawn = fc
  .tuple(made, world, credentials)
  .map(([name, source, credentials]) =>
    copy(source, name, credentials, { world: source }, (model) => model.find(source)),
  );

const fromSnapshot: Drawn = fc.tuple(made, back, credentials).map(([name, which, credentials]) => ({
  kind: 'from snapshot',
  text: `${name} is made from ${describeSnapshot(which)} with credentials: ${credentials}`,
  of: (before) => {
    const snapshot = before.snapshots.at(-1 - which);
    if (snapshot === undefined) return null;
    const { id } = snapshot;
    const findSource = (model: Readonly<Worlds>) => {
      const source = model.snapshot(id);
      return source && { ...source, name: source.of };
    };
    return copy('', name, credentials, { snapshot: id }, findSource).of(before);
  },
}));

const remove: Drawn = world.map((name) => ({
  kind: 'delete',
  text: `${name} is deleted`,
  of: () => ({
    send: (live) => live.call(`DELETE /_mock/worlds/${name}`),
    take: (model, { status }) => {
      expect(status).toBe(name === 'default' ? 409 : model.find(name) === undefined ? 404 : 204);
      if (status === 204) model.worlds = model.worlds.filter((world) => world.name !== name);
    },
  }),
}));

const reset: Drawn = inside.map((where) =>
  createWorldAction(where, 'reset', 'everything is reset', () => ({
    request: 'POST /_mock/reset',
    done: (world, { status }) => {
      expect(status).toBe(200);
      Object.assign(world, createEmptyContent());
    },
  })),
);

const take: Drawn = inside.map((where) =>
  createWorldAction(where, 'snapshot', 'a snapshot is taken', ({ snapshots: { length: turn } }) => ({
    request: 'POST /_mock/snapshots',
    done: ({ name, credentials, seed, ...content }, { status, body: { id } }, model) => {
      expect(status).toBe(201);
      const at = model.real + content.ahead;
      model.snapshots.push({ id, turn, of: name, at, credentials, seed, ...copyContent(content) });
      model.snapshots.sort(createTurnComparator(({ id }) => id));
    },
  })),
);

/** The world in which a snapshot is restored, mostly its own world, and the way it is addressed. */
const into = fc.tuple(drawMixed([2, fc.constant(null)], [1, world]), fc.constantFrom(...DOOR_NAMES));

/** Changes after a restore must not affect the snapshot, so it is often restored again. */
const again = fc.constantFrom('', 'twice, around a new key, ');
const restore: Drawn = fc.tuple(into, back, again).map(([[where, door], which, again]) => ({
  kind: 'restore',
  text: `${describeSnapshot(which)} is restored ${again}in ${where ?? 'its world'} by its ${door}`,
  of: (before) => {
    const snapshot = before.snapshots.at(-1 - which);
    if (snapshot === undefined) return null;
    const { id, of } = snapshot;
    const name = where ?? of;
    const once = createExchange([name, door], {
      request: `POST /_mock/snapshots/${id}/restore`,
      done: (world, { status, body }, model) => {
        const snapshot = model.snapshot(id) as Snapshot;
        const { credentials, seed } = world;
        const fits = snapshot.of === world.name && snapshot.credentials === credentials && snapshot.seed === seed;
        const isSeen = snapshot.of === world.name || world.name === 'default';
        expect(status, JSON.stringify(body)).toBe(fits ? 200 : isSeen ? 409 : 404);
        // The clock continues from the moment of the snapshot.
        if (fits) Object.assign(world, copyContent(snapshot), { ahead: snapshot.at - model.real });
      },
    });
    if (again === '') return once;
    return {
      ...once,
      send: async (live) => {
        const answer = await once.send(live);
        if (answer.status !== 200) return answer;
        const created = await DOORS[door](live, name)('POST /_mock/keys', { body: createKeyOrder('lost') });
        expect(created.status).toBe(201);
        return once.send(live);
      },
    };
  },
}));

const removeSnapshot: Drawn = back.map((which) => ({
  kind: 'delete snapshot',
  text: `${describeSnapshot(which)} is deleted`,
  of: (before) => {
    const id = before.snapshots.at(-1 - which)?.id ?? 'nothing';
    return {
      send: (live) => live.call(`DELETE /_mock/snapshots/${id}`),
      take: (model, { status }) => {
        expect(status).toBe(model.snapshot(id) === undefined ? 404 : 204);
        model.snapshots = model.snapshots.filter((snapshot) => snapshot.id !== id);
      },
    };
  },
}));

const createKey: Drawn = fc.tuple(inside, fc.constantFrom('ant', 'bee')).map(([where, name]) =>
  createWorldAction(where, 'create', `a key \`${name}\` is created`, () => ({
    request: 'POST /_mock/keys',
    body: createKeyOrder(name),
    done: (world, { status, body: { id, key: text } }, model) => {
      expect(status).toBe(201);
      model.addKey(world, { id, name, text });
    },
  })),
);

const deleteKey: Drawn = inside.map((where) =>
  createWorldAction(where, 'delete key', 'a key is deleted', (before) => {
    const id = before.find(where[0])?.keys[0]?.id ?? 'nothing';
    return {
      request: `DELETE /_mock/keys/${id}`,
      done: (world, { status }) => {
        const index = world.keys.findIndex((key) => key.id === id);
        expect(status).toBe(index === -1 ? 404 : 204);
        if (index !== -1) world.keys.splice(index, 1);
      },
    };
  }),
);

const rotateKey: Drawn = inside.map((where) =>
  createWorldAction(where, 'rotate key', 'a key is rotated', (before) => {
    const id = before.find(where[0])?.keys[0]?.id ?? 'nothing';
    return {
      request: `POST /_mock/keys/${id}/rotate`,
      done: (world, { status, body }, model) => {
        const key = world.keys.find((key) => key.id === id);
        expect(status).toBe(key === undefined ? 404 : 200);
        if (key === undefined) return;
        key.text = body.key;
        model.rememberKey(key.text);
      },
    };
  }),
);

const createApp: Drawn = fc.tuple(inside, fc.constantFrom('lab', 'shop')).map(([where, name]) =>
  createWorldAction(where, 'create app', `an application \`${name}\` is created`, () => ({
    request: 'POST /api/v1/apps',
    body: { name },
    needsToken: true,
    done: (world, { status, body: { id, clientId, secret } }, model) => {
      expect(status).toBe(world.apps.some((app) => app.name === name) ? 409 : 201);
      if (status === 201) model.addApp(world, { id, name, clientId, secret });
    },
  })),
);

const deleteApp: Drawn = inside.map((where) =>
  createWorldAction(where, 'delete app', 'an application is deleted', (before) => {
    const id = before.find(where[0])?.apps[0]?.id ?? NOTHING;
    return {
      request: `DELETE /api/v1/apps/${id}`,
      needsToken: true,
      done: (world, { status }) => {
        const index = world.apps.findIndex((app) => app.id === id);
        expect(status).toBe(index === -1 ? 404 : 204);
        if (index !== -1) world.apps.splice(index, 1);
      },
    };
  }),
);

const toggle: Drawn = fc.tuple(inside, fc.constantFrom<Content['mode']>('off', 'fixed')).map(([where, mode]) =>
  createWorldAction(where, 'toggle', `propagation is set to ${mode}`, () => ({
    request: 'PUT /_mock/propagation',
    body: { mode },
    done: (world, { status }) => {
      expect(status).toBe(200);
      world.mode = mode;
    },
  })),
);

const advance: Drawn = fc.tuple(inside, fc.constantFrom(1, 24)).map(([where, hours]) =>
  createWorldAction(where, 'advance', `the clock is advanced by ${hours} h`, () => ({
    request: 'POST /_mock/clock/advance',
    body: { by: `${hours}h` },
    done: (world, { status }) => {
      expect(status).toBe(200);
      world.ahead += hours * HOUR;
    },
  })),
);

/** Actions on worlds and their content. */
export const actions: Drawn = drawMixed(
  [3, make],
  [4, fork],
  [2, fromSnapshot],
  [3, remove],
  [3, take],
  [1, removeSnapshot],
  [5, createKey],
  [2, deleteKey],
  [2, rotateKey],
  [3, createApp],
  [1, deleteApp],
  [1, toggle],
  [2, advance],
);

/** Actions that take a world back. */
export const backwards: Drawn = drawMixed([3, restore], [1, reset]);
