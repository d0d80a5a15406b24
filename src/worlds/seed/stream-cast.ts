import type { ServiceDefinition } from '../../contract/service.ts';
import type { World } from '../../contract/world.ts';

/** The number of entries of a list that get their tokens at once. */
const BATCH_LENGTH = 100;

/** The minimum length of a piece, except the last one, in characters. */
const PIECE_LENGTH = 65_536;

/** Returns the JSON of a cast, in pieces, because that of a large cast may not fit into the heap. */
export async function* streamCast(
  cast: Readonly<Record<string, unknown>>,
  services: readonly ServiceDefinition[],
  world: Pick<World, 'id' | 'credentials'>,
): AsyncGenerator<string> {
  let piece = '{';
  let beforePart = '';
  for (const [name, part] of Object.entries(cast)) {
    const bearerOf = await services.find((service) => service.name === name)?.seed?.createBearers?.(part, world);
    const addBearer = async (list: string, entry: object) => {
      const bearer = (await bearerOf?.(list, entry)) ?? null;
      return bearer === null ? entry : { ...entry, bearer };
    };
    piece += `${beforePart}${JSON.stringify(name)}:{`;
    beforePart = ',';
    let beforeMember = '';
    // A part of the cast is an object, whose lists have objects.
    for (const [member, value] of Object.entries(part as object)) {
      // As in JSON. Seeds of programs may have such members.
      if (value === undefined) continue;
      piece += `${beforeMember}${JSON.stringify(member)}:`;
      beforeMember = ',';
      if (!Array.isArray(value)) piece += JSON.stringify(value);
      else {
        piece += '[';
        for (let start = 0; start < value.length; start += BATCH_LENGTH) {
          const batch = value.slice(start, start + BATCH_LENGTH);
          const complete =
            bearerOf === undefined ? batch : await Promise.all(batch.map((entry) => addBearer(member, entry)));
          piece += `${start === 0 ? '' : ','}${JSON.stringify(complete).slice(1, -1)}`;
          if (piece.length >= PIECE_LENGTH) {
            yield piece;
            piece = '';
          }
        }
        piece += ']';
      }
    }
    piece += '}';
  }
  yield `${piece}}`;
}
