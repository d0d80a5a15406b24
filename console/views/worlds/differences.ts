import { askAt } from '../../control-api/client.ts';
import type { Fault, Key, Propagation } from '../../control-api/types.ts';

/** An object of a world by its members, as text. */
interface Compared {
  readonly what: string;
  readonly name: string;
  readonly members: Readonly<Record<string, string>>;
}

/** One member that is not the same in two worlds; null: the object is not in that world. */
export interface Difference {
  readonly what: string;
  readonly name: string;
  readonly member: string;
  readonly left: string | null;
  readonly right: string | null;
}

interface Clock {
  readonly ahead: string;
  readonly frozen: boolean;
}

/** Reads what is compared of a world. @param below the path that leads into it */
export async function readContent(below: string): Promise<readonly Compared[]> {
  const [keys, faults, { ahead, frozen }, { mode }, propagation] = await Promise.all([
    askAt.all<Key>(below, 'keys'),
    askAt.all<Fault>(below, 'faults'),
    askAt.one<Clock>(below, 'clock'),
    askAt.one<{ mode: string }>(below, 'mode'),
    askAt.one<Propagation>(below, 'propagation'),
  ]);
  return [
    { what: 'setting', name: 'clock', members: { ahead, frozen: String(frozen) } },
    { what: 'setting', name: 'mode', members: { mode } },
    { what: 'setting', name: 'propagation', members: { mode: propagation.mode, delay: propagation.delay } },
    ...keys.map(({ org, name, type, services, status, expiresAt, policy, pending, roles = [] }) => ({
      what: 'key',
      name: `${org}/${name}`,
      members: {
        type,
        status,
        services: services.join(', '),
        expires: expiresAt ?? 'never',
        scopes: (policy?.scopes ?? roles).join(', '),
        resources: JSON.stringify(policy?.resource ?? null),
        'pending edits': String(pending.length),
      },
    })),
    ...faults.map(({ match, do: action, times, after, drill }) => ({
      what: 'fault',
      name: JSON.stringify(match),
      members: {
        happens: JSON.stringify(action),
        times: times === null ? 'always' : String(times),
        after: String(after),
        drill: drill ?? 'none',
      },
    })),
  ];
}

/** The differences of two worlds: objects of the same kind and name are compared member by member. */
export function differencesOf(left: readonly Compared[], right: readonly Compared[]): readonly Difference[] {
  const [ones, others] = [byName(left), byName(right)];
  return [...new Set([...ones.keys(), ...others.keys()])].flatMap((id) => {
    const [one, other] = [ones.get(id), others.get(id)];
    const { what, name, members } = (one ?? other) as Compared;
    if (one === undefined || other === undefined) {
      const there = 'there';
      return [{ what, name, member: '', left: one ? there : null, right: other ? there : null }];
    }
    return Object.keys(members)
      .filter((member) => one.members[member] !== other.members[member])
      .map((member) => ({ what, name, member, left: one.members[member] ?? '', right: other.members[member] ?? '' }));
  });
}

/** Several of the same name are told apart by their order. */
function byName(all: readonly Compared[]): ReadonlyMap<string, Compared> {
  const counts = new Map<string, number>();
  return new Map(
    all.map((one) => {
      const name = `${one.what} ${one.name}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return [`${name} ${count}`, count === 1 ? one : { ...one, name: `${one.name} (${count})` }];
    }),
  );
}
