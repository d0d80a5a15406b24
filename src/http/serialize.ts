/** The depth of lists whose entries are serialized one by one: `{"results": [...]}`, `{"runai": {"users": [...]}}`. */
const MAX_DEPTH = 3;

/** In characters. */
const MIN_CHUNK_LENGTH = 16 * 1024;

/** Serializes entry by entry, into bytes outside of the heap. A string would need the room twice meanwhile. */
export function serializeToBytes(body: object): Buffer {
  const chunks: Buffer[] = [];
  let text = '';
  const move = () => {
    chunks.push(Buffer.from(text));
    text = '';
  };
  for (const part of serializeParts(body, MAX_DEPTH)) {
    text += part;
    if (text.length > MIN_CHUNK_LENGTH) move();
  }
  move();
  return Buffer.concat(chunks);
}

function* serializeParts(value: unknown, depth: number): Generator<string> {
  const isPlain = typeof value === 'object' && value !== null && !('toJSON' in value);
  if (depth === 0 || !isPlain) {
    // A list has null for what JSON does not have; members like that were left out before.
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  const isList = Array.isArray(value);
  const members = isList ? value.map((item) => ['', item]) : Object.entries(value);
  let before = isList ? '[' : '{';
  for (const [name, member] of members) {
    if (!isList && (member === undefined || typeof member === 'function')) continue;
    yield isList ? before : `${before}${JSON.stringify(name)}:`;
    yield* serializeParts(member, isList ? 0 : depth - 1);
    before = ',';
  }
  yield `${before === ',' ? '' : before}${isList ? ']' : '}'}`;
}
