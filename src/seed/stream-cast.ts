import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';

/** JSON in pieces, which are created as they are read. */
type Pieces = AsyncGenerator<string>;

/** The number of entries in a piece. */
const PIECE_LENGTH = 100;

/**
 * Returns the JSON of a cast, in pieces, because that of a large cast may not fit into the heap.
 *
 * @param cast as `readCast` returned it
 * @param services the services that add tokens that never expire
 */
export function streamCast(
  cast: Readonly<Record<string, unknown>>,
  services: readonly ServiceDefinition[],
  world: Pick<World, 'id' | 'credentials'>,
): Pieces {
  const renderPart = async function* (name: string, part: unknown): Pieces {
    const seeding = services.find((service) => service.name === name)?.seed;
    const bearerOf = await seeding?.createBearers?.(part, world);
    const complete = async (list: string, entry: unknown) => {
      const bearer = (await bearerOf?.(list, entry)) ?? null;
      return bearer === null ? entry : { ...(entry as object), bearer };
    };
    yield* renderObject(
      // A part of the cast is an object.
      Object.entries(part as object).map(([member, value]) => [
        member,
        Array.isArray(value) ? renderList(value, (entry) => complete(member, entry)) : renderValue(value),
      ]),
    );
  };
  return renderObject(Object.entries(cast).map(([name, part]) => [name, renderPart(name, part)]));
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

/** @param complete returns an entry with its token */
async function* renderList(entries: readonly unknown[], complete: (entry: unknown) => Promise<unknown>): Pieces {
  for (let start = 0; start < entries.length; start += PIECE_LENGTH) {
    const piece = JSON.stringify(await Promise.all(entries.slice(start, start + PIECE_LENGTH).map(complete)));
    yield `${start === 0 ? '[' : ','}${piece.slice(1, -1)}`;
  }
  yield entries.length === 0 ? '[]' : ']';
}

async function* renderValue(value: unknown): Pieces {
  yield JSON.stringify(value);
}
