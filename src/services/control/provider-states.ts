import type { Context } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { isRecord } from '../../objects/members.ts';
import { adviseName } from '../../text/nearest.ts';
import { redact } from '../../text/redact.ts';
import { shorten } from '../../text/shorten.ts';
import { rfc3339 } from '../../time/clock.ts';
import { advanceClock, reportJump, setClock } from './operations/clock.ts';
import { addFault } from './operations/faults.ts';
import { createKey } from './operations/keys.ts';
import { createWorld, renderWorld } from './operations/worlds.ts';
import type { Ports } from './ports.ts';
import type { Undo } from './state-undo.ts';

type Params = Readonly<Record<string, unknown>>;

/** The result of a setup. */
interface SetupResult {
  readonly values: Params;
  /** What a teardown removes; absent if there is nothing to remove. */
  readonly undo?: Undo;
}

/** A provider state: a precondition of an interaction in a contract. */
export interface ProviderState {
  readonly name: string;
  readonly description: string;
  /** A function, because the document is loaded later. */
  readonly params: () => readonly string[];
  /** @throws Problem if a parameter is invalid */
  setup(context: Context, params: Params): Promise<SetupResult>;
}

/** Returns all provider states. */
export function createProviderStates(ports: Ports): readonly ProviderState[] {
  return [
    {
      name: 'a reset mock',
      description: 'Resets the world to its seed, clock included.',
      params: () => [],
      setup: async ({ world }) => {
        await world.reset();
        return { values: { now: rfc3339(world.clock.now()) } };
      },
    },
    {
      name: 'an identity',
      description:
        'An identity of the cast, by name, e-mail address, client id or id. `bearer` is a credential that does not expire.',
      params: () => ['name'],
      setup: async ({ world }, params) => ({ values: findIdentity(await ports.buildCast(world), readName(params)) }),
    },
    {
      name: 'a key with scopes',
      description: 'A new NGC key, as created by `POST /_mock/keys`; `key` is the key itself. A teardown deletes it.',
      params: () => ports.membersOf('create_key'),
      setup: async (context, params) => {
        const values = await createKey(context, ports.validateBody('create_key', params));
        return { values: { ...values }, undo: { kind: 'key', id: values.id } };
      },
    },
    {
      name: 'the clock is moved',
      description: 'Moves the clock by a duration (`by`), or to a time or the next event (`to`).',
      params: () => ports.membersOf('advance_clock'),
      setup: async ({ world }, params) => {
        const isTime = params['to'] !== undefined && params['to'] !== 'next-event';
        const jump = isTime
          ? await setClock(world.clock, ports.validateBody('set_clock', params).to)
          : await advanceClock(ports, world, ports.validateBody('advance_clock', params));
        reportJump(world, jump);
        return { values: { now: rfc3339(jump.to) } };
      },
    },
    {
      name: 'a world',
      description:
        'A world, as created by `POST /_mock/worlds`, unless the id already exists. A teardown deletes it if the setup created it.',
      params: () => ports.membersOf('create_world'),
      setup: async (context, params) => {
        const order = ports.validateBody('create_world', params);
        const existing = ports.worlds.list().find(({ id }) => id === order.id);
        if (existing !== undefined) return { values: renderWorld(context, existing) };
        const created = await createWorld(ports.worlds, order);
        return {
          values: renderWorld(context, created),
          undo: { kind: 'world', id: created.id, createdAt: created.createdAt },
        };
      },
    },
    {
      name: 'a fault',
      description: 'A fault, as added by `POST /_mock/faults`. A teardown removes it.',
      params: () => ports.membersOf('add_fault'),
      setup: async (context, params) => {
        const values = await addFault(ports, context, ports.validateBody('add_fault', params));
        return { values: { ...values }, undo: { kind: 'fault', id: values.id } };
      },
    },
    {
      name: 'a snapshot is restored',
      description: 'Restores the newest snapshot of the world with this name.',
      params: () => ['name'],
      setup: async ({ world }, params) => {
        const id = findNewestSnapshot(ports.snapshots.list(world), readName(params));
        await ports.snapshots.restore(world, id);
        return { values: { id, now: rfc3339(world.clock.now()) } };
      },
    },
  ];
}

/** @throws Problem suggesting the nearest state */
export function findState(states: readonly ProviderState[], name: string): ProviderState {
  const state = states.find((state) => state.name === name);
  if (state !== undefined) return state;
  const names = states.map((state) => state.name);
  throw unknownName(`Field \`state\` is the unknown state \`${shorten(redact(name))}\``, name, names);
}

/** @throws Problem suggesting the nearest parameter */
export function checkParams({ name, params }: ProviderState, values: Params): void {
  const valid = params();
  const unknownParam = Object.keys(values).find((param) => !valid.includes(param));
  if (unknownParam === undefined) return;
  const problem = `Field \`params\` has the unknown member \`${shorten(redact(unknownParam))}\``;
  if (valid.length > 0) throw unknownName(problem, unknownParam, valid);
  throw new Problem('invalid_request', `${problem}; the state \`${name}\` has no parameters.`);
}

/** Returns the credential of an identity in the cast. @throws Problem suggesting the nearest name */
function findIdentity(cast: object, name: string): Params {
  const all = Object.values(cast).flatMap(collectIdentities);
  const identity = all.find(({ names }) => names.includes(name));
  if (identity !== undefined) return { name, bearer: identity.bearer };
  const names = all.flatMap((identity) => identity.names);
  if (names.length === 0)
    throw new Problem('conflict', 'This world has no cast. Create it from a seed with identities.');
  throw unknownName('Field `name` is not in the cast', name, names);
}

interface Identity {
  readonly names: readonly string[];
  readonly bearer: string;
}

/** Returns the identities in a service's part of the cast: users and clients with bearers, and NGC keys. */
function collectIdentities(part: unknown): readonly Identity[] {
  if (!isRecord(part)) return [];
  return Object.values(part)
    .filter(Array.isArray)
    .flat()
    .flatMap((member: unknown) => {
      if (!isRecord(member)) return [];
      const bearer = member['bearer'] ?? member['key'];
      const names = [member['name'], member['email'], member['clientId'], member['id']].filter(isText);
      return isText(bearer) ? [{ names, bearer }] : [];
    });
}

/** @param all the snapshots of a world */
function findNewestSnapshot(
  all: readonly { readonly id: string; readonly name: string | null; readonly place: number }[],
  name: string,
): string {
  const [newest] = all.filter((snapshot) => snapshot.name === name).sort((left, right) => right.place - left.place);
  if (newest !== undefined) return newest.id;
  const names = all.map((snapshot) => snapshot.name).filter(isText);
  if (names.length > 0) throw unknownName('Field `name` is not a snapshot of this world', name, names);
  throw new Problem('invalid_request', 'This world has no named snapshot. Take one with `POST /_mock/snapshots`.');
}

/** @throws Problem without a name */
function readName({ name }: Params): string {
  if (isText(name) && name !== '') return name;
  const problem = name === undefined ? 'is missing' : 'is not a name';
  throw new Problem('invalid_request', `Field \`name\` ${problem}; expected a non-empty string.`);
}

function unknownName(problem: string, name: string, valid: readonly string[]): Problem {
  return new Problem('invalid_request', `${problem}.${adviseName(name, valid)}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
