import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';

/** JSON in pieces, which are created as they are read. */
type Pieces = AsyncGenerator<string>;

/** The number of entries in a piece. */
const PIECE_LENGTH = 100;

/**
 * Returns the JSON of a cast with its tokens, in pieces, because those of a large cast may not fit into the heap.
 *
 * @param cast as `readCast` returned it
 * @param services the services that add tokens
 */
export function streamCast(
  cast: Readonly<Record<string, unknown>>,
  services: readonly ServiceDefinition[],
  world: Pick<World, 'id' | 'credentials'>,
): Pieces {
  const renderPart = (name: string, part: Readonly<Record<string, unknown>>): Pieces => {
    const seeding = services.find((service) => service.name === name)?.seed;
    const members = Object.entries(part);
    const others = Object.fromEntries(members.filter(([, value]) => !Array.isArray(value)));
    const addBearers = async (member: string, entries: readonly unknown[]) => {
      const piece = { ...others, [member]: entries };
      const signed = (await seeding?.withBearers?.(piece, world, part)) ?? piece;
      return (signed as typeof piece)[member] as readonly unknown[];
    };
    return renderObject(
      members.map(([member, value]) => [
        member,
        Array.isArray(value) ? renderList(value, (entries) => addBearers(member, entries)) : renderValue(value),
      ]),
    );
  };
  return renderObject(
    Object.entries(cast).map(([name, part]) => [name, renderPart(name, part as Readonly<Record<string, unknown>>)]),
  );
}

async function* renderObject(members: readonly (readonly [name: string, value: Pieces])[]): Pieces {
  let before = '{';
  for (const [name, value] of members) {
    yield `${before}${JSON.stringify(name)}:`;
    yield* value;
    before = ',';
  }
  yield members.length === 0 ? '{}' : '}';
}

/** @param complete returns the entries of a piece with their tokens */
async function* renderList(
  entries: readonly unknown[],
  complete: (piece: readonly unknown[]) => Promise<readonly unknown[]>,
): Pieces {
  for (let start = 0; start < entries.length; start += PIECE_LENGTH) {
    const piece = JSON.stringify(await complete(entries.slice(start, start + PIECE_LENGTH)));
    yield `${start === 0 ? '[' : ','}${piece.slice(1, -1)}`;
  }
  yield entries.length === 0 ? '[]' : ']';
}

async function* renderValue(value: unknown): Pieces {
  yield JSON.stringify(value);
}
