import { createHash } from 'node:crypto';
import { isWorldId } from '../addresses/world-id.ts';
import { Problem } from '../decisions/problem.ts';
import { isStorable } from '../definitions/storable-text.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { isRecord } from '../objects/members.ts';
import type { RowCheck } from '../seed/check-rows.ts';
import { NEW, type Row } from '../store/collections.ts';
import { Collision } from '../store/errors.ts';
import { SEEDS, type StoredSeed } from '../store/seed.ts';
import { SETTINGS } from '../store/settings.ts';
import type { SnapshotInfo } from '../store/snapshot-store.ts';
import type { UsedRow } from '../store/state.ts';
import { redact } from '../text/redact.ts';
import { type Instant, LAST_MOMENT } from '../time/clock.ts';
import type { Provenance } from './provenance.ts';
import { KEYS_SETTING, parseRing } from './signing-keys.ts';

/**
 * The format version of written files. Increment it with each change of a line, and with each change of a service's
 * rows that an earlier version cannot read.
 */
const FORMAT_VERSION = 1;

/** Marks a file as ours. */
const SERVER_NAME = 'nv-auth-mock';

/** The maximum length of the first line, in bytes. */
const MAX_FIRST_LINE_BYTES = 1000;

/** The maximum length of a line with a row, in bytes. No request creates a longer row, because bodies have up to 1 MiB. */
const MAX_ROW_LINE_BYTES = 2 * MEGABYTE;

/** The same for a line with a seed, which is longer because omitted members are filled in. */
const MAX_SEED_LINE_BYTES = 16 * MEGABYTE;

/** The maximum share of the memory for state that one line may take, because parsing takes several times its length. */
const MAX_LINE_SHARE = 1 / 4;

/** The start of a line with a seed. */
const SEED_ROW_START = `{"row":{"collection":"${SEEDS.name}",`;

/** Deeper than any row, but not deep enough to exhaust the stack. */
const MAX_DEPTH = 64;

/** The minimum number of characters in a chunk of lines. */
const MIN_CHUNK_LENGTH = 64 * 1024;

/** A row with its line number in the file. */
interface LineRow {
  readonly line: number;
  readonly row: Row;
}

/** A snapshot without its rows. */
export interface SnapshotHeader extends Omit<SnapshotInfo, 'size'> {
  readonly made: Provenance;
}

/** The content of a snapshot file. */
export interface SnapshotFile {
  readonly snapshot: SnapshotHeader;
  /** Rows for `assertContent`. */
  readonly special: readonly LineRow[];
  /** The hash of all bytes before the last line. */
  readonly sha256: string;
}

/**
 * Writes a snapshot as lines of JSON, one for each row, so that neither side has to keep the whole text in memory. The
 * last line has a hash of all others.
 */
export async function* renderSnapshotFile(
  version: string,
  snapshot: SnapshotHeader,
  rows: AsyncIterable<UsedRow>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (text: string) => {
    hash.update(text);
    return Buffer.from(text);
  };
  let text = renderLine({ server: SERVER_NAME, version, format: FORMAT_VERSION }) + renderLine({ snapshot });
  for await (const { row, usedAt } of rows) {
    // Revisions only make sense within one process.
    const { revision: _, ...saved } = row;
    text += renderLine({ row: { ...saved, usedAt } });
    if (text.length < MIN_CHUNK_LENGTH) continue;
    yield hashed(text);
    text = '';
  }
  yield hashed(text);
  yield Buffer.from(renderLine({ sha256: hash.digest('hex') }));
}

function renderLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Receives a row of a file. */
export type AddRow = (row: Row, usedAt: Instant | null) => void;

type SavedRow = Omit<Row, 'revision'> & { readonly usedAt: Instant | null };

/** Reads a snapshot file as it arrives. Throws a Problem with the line number for any error in the file. */
export class SnapshotReader {
  readonly #hash = createHash('sha256');
  /** The parts of an incomplete line. */
  #parts: Buffer[] = [];
  #length = 0;
  #lines = 0;
  #snapshot: SnapshotHeader | null = null;
  readonly #check: RowCheck;
  readonly #maxSeedLine: number;
  /** Whether the current line has a seed. Null until it exceeds the limit for a row. */
  #isSeedLine: boolean | null = null;
  readonly #special: LineRow[] = [];
  #sha256: string | null = null;
  readonly #add: AddRow;

  /**
   * @param check checks each row
   * @param maxStateBytes the limit for the state of all worlds and snapshots
   * @param add receives each row as it is read, and throws Collision for a duplicate id or alias
   */
  constructor(check: RowCheck, maxStateBytes: number, add: AddRow) {
    this.#check = check;
    this.#maxSeedLine = Math.max(MAX_ROW_LINE_BYTES, Math.min(MAX_SEED_LINE_BYTES, maxStateBytes * MAX_LINE_SHARE));
    this.#add = add;
  }

  /** @throws Problem, and any error of `add` */
  read(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      this.#collect(chunk.subarray(from, at + 1));
      const line = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#length = 0;
      this.#isSeedLine = null;
      this.#readLine(line);
      from = at + 1;
    }
    if (from < chunk.length) this.#collect(chunk.subarray(from));
  }

  /** Call at the end of the file. @throws Problem if the file is incomplete */
  end(): SnapshotFile {
    if (this.#lines === 0) throw createForeignFileProblem();
    const [snapshot, sha256] = [this.#snapshot, this.#sha256];
    if (snapshot === null || sha256 === null || this.#length > 0) {
      throw createDamagedFileProblem(`It ends too early, after line ${this.#lines}`);
    }
    return { snapshot, special: this.#special, sha256 };
  }

  #collect(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#lines === 0 && this.#length > MAX_FIRST_LINE_BYTES) throw createForeignFileProblem();
    if (this.#length <= MAX_ROW_LINE_BYTES) return;
    this.#isSeedLine ??= this.#hasSeed();
    const max = this.#isSeedLine ? this.#maxSeedLine : MAX_ROW_LINE_BYTES;
    if (this.#length > max) throw createLongLineProblem(this.#lines + 1, max, this.#isSeedLine);
  }

  #hasSeed(): boolean {
    return this.#lines === 1 || Buffer.concat(this.#parts, SEED_ROW_START.length).toString('latin1') === SEED_ROW_START;
  }

  #readLine(line: Buffer): void {
    this.#lines += 1;
    if (this.#sha256 !== null)
      throw createDamagedFileProblem(`Line ${this.#lines} follows the line that ends the file`);
    if (isNestedTooDeeply(line))
      throw createDamagedFileProblem(`Line ${this.#lines} is nested deeper than ${MAX_DEPTH} levels`);
    const value = parseJson(line);
    if (this.#lines === 1) assertFirstLine(value);
    else if (!isRecord(value)) throw createDamagedFileProblem(`Line ${this.#lines} is not a JSON object in UTF-8`);
    else if (this.#lines === 2 && isSnapshot(value['snapshot'])) this.#snapshot = value['snapshot'];
    else if (this.#snapshot !== null && isRow(value['row'])) this.#addRow(value['row']);
    else if (this.#snapshot !== null && typeof value['sha256'] === 'string') this.#checkHash(value['sha256']);
    else throw createDamagedFileProblem(`Line ${this.#lines} has an unexpected form`);
    this.#hash.update(line);
  }

  #addRow({ usedAt, ...stored }: SavedRow): void {
    const line = this.#lines;
    const violation = this.#check(stored);
    if (violation !== null) throw createInvalidRowProblem(line, stored, violation);
    const row = { ...stored, revision: NEW };
    if (isSpecial(row)) this.#special.push({ line, row });
    try {
      this.#add(row, usedAt);
    } catch (cause) {
      if (!(cause instanceof Collision)) throw cause;
      throw createDamagedFileProblem(
        `Line ${line} has the same object as an earlier line, or an object with the same name`,
      );
    }
  }

  #checkHash(sha256: string): void {
    const isSame = sha256 === this.#hash.copy().digest('hex');
    if (!isSame)
      throw createDamagedFileProblem(
        `Its last line, ${this.#lines}, does not have the SHA-256 of the lines before it, so a line was changed`,
      );
    this.#sha256 = sha256;
  }
}

function assertFirstLine(value: unknown): void {
  if (!isRecord(value) || value['server'] !== SERVER_NAME || typeof value['format'] !== 'number')
    throw createForeignFileProblem();
  if (value['format'] === FORMAT_VERSION) return;
  const version = typeof value['version'] === 'string' ? value['version'].slice(0, 20) : 'another version';
  const message = `The snapshot file has format ${value['format']} (nv-auth-mock ${version}), but this server reads format ${FORMAT_VERSION}. Use the version that wrote it.`;
  throw new Problem('invalid_request', message, { close: true });
}

function createForeignFileProblem(): Problem {
  const message =
    'This is not a snapshot file: its first line is wrong. Use a file from `GET /_mock/snapshots/{id}/file`.';
  return new Problem('invalid_request', message, { close: true });
}

function createDamagedFileProblem(reason: string): Problem {
  const end = /[.?]$/.test(reason) ? '' : '.';
  const message = `The snapshot file is damaged. ${reason}${end} Download the snapshot again.`;
  return new Problem('invalid_request', message, { close: true });
}

function createLongLineProblem(line: number, max: number, hasSeed: boolean): Problem {
  const advice = hasSeed
    ? 'which is the limit for a seed. Start the server with that seed (`--seed`), or with a higher `--max-state`'
    : 'which is longer than any row that the mock writes. Download the snapshot again';
  const message = `Line ${line} of the snapshot file is longer than ${max} bytes, ${advice}.`;
  return new Problem('too_large', message, { close: true });
}

/** @param violation the result of a `RowCheck` */
function createInvalidRowProblem(
  line: number,
  { collection, id }: Pick<Row, 'collection' | 'id'>,
  violation: string,
): Problem {
  const [where, name] = [collection, id].map((text) => redact(text).slice(0, MAX_NAME_LENGTH));
  return createDamagedFileProblem(`Line ${line} has the object \`${name}\` of \`${where}\`, but its ${violation}`);
}

/** The maximum number of characters of a name in a message. */
const MAX_NAME_LENGTH = 100;

/**
 * Checks what goes beyond single rows: that there is a seed, and that keys and seeds are usable.
 *
 * @param seedFault returns what is wrong with a seed, or null
 * @throws Problem
 */
export async function assertContent(
  { snapshot, special }: SnapshotFile,
  seedFault: (seed: StoredSeed) => Promise<string | null>,
): Promise<void> {
  const problem = await seedFault(snapshot.made.seed);
  if (problem !== null) throw createDamagedFileProblem(`Line 2 has a seed that cannot be used: ${problem}`);
  if (!special.some(({ row }) => row.collection === SEEDS.name)) throw createDamagedFileProblem('It has no seed');
  for (const { line, row } of special) {
    const violation = await findContentViolation(row, seedFault);
    if (violation !== null) throw createInvalidRowProblem(line, row, violation);
  }
}

/** Whether a row needs a check beyond its form. */
function isSpecial({ collection, id }: Pick<Row, 'collection' | 'id'>): boolean {
  return collection === SEEDS.name || (collection === SETTINGS.name && id === KEYS_SETTING);
}

/** @param row is special and has the right form */
async function findContentViolation(
  { collection, body }: Row,
  seedFault: (seed: StoredSeed) => Promise<string | null>,
): Promise<string | null> {
  if (collection === SEEDS.name) {
    const violation = await seedFault(body as StoredSeed);
    return violation === null ? null : `\`body.text\` is not a seed: ${violation}`;
  }
  return parseRing(String(body)).then(
    () => null,
    () => '`body` has a key that cannot be used; expected JWKs',
  );
}

/** Checks the nesting without recursion, because it can be as deep as the line is long. */
function isNestedTooDeeply(line: Buffer): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (isText && byte === 0x5c) at += 1;
    else if (byte === 0x22) isText = !isText;
    else if (!isText && (byte === 0x5b || byte === 0x7b)) depth += 1;
    else if (!isText && (byte === 0x5d || byte === 0x7d)) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Returns undefined if the line isn't JSON. */
function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(line));
  } catch {
    return undefined;
  }
}

const isText = (value: unknown) => typeof value === 'string' && isStorable(value);
const isInstant = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= LAST_MOMENT;
/** As in the document of the control API. */
const isName = (value: unknown) => isText(value) && /^.{1,200}$/su.test(value as string);
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);
const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is);

type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

function fits(value: unknown, checks: Checks): value is Record<string, unknown> {
  return isRecord(value) && Object.entries(checks).every(([name, is]) => is(value[name]));
}

const SEED_CHECKS: Checks = {
  fingerprint: isText,
  text: isText,
  origin: (value) => value === 'built-in' || value === 'file',
};
const PROVENANCE_CHECKS: Checks = {
  seed: (value) => fits(value, SEED_CHECKS),
  credentials: (value) => value === 'own' || value === 'cast',
};
const SNAPSHOT_CHECKS: Checks = {
  id: (value) => typeof value === 'string' && /^[0-9a-z]{1,64}$/.test(value),
  name: orNull(isName),
  world: (value) => typeof value === 'string' && isWorldId(value),
  at: isInstant,
  made: (value) => fits(value, PROVENANCE_CHECKS),
};
const FACETS_CHECKS: Checks = { name: isText, state: orNull(isText), createdAt: isInstant, modifiedAt: isInstant };
const ROW_CHECKS: Checks = {
  collection: isText,
  id: isText,
  owner: isText,
  parent: orNull(isText),
  aliases: listOf(isText),
  labels: listOf(isText),
  sharedWith: listOf(isText),
  dueAt: orNull(isInstant),
  usedAt: orNull(isInstant),
  facets: (value) => value === undefined || fits(value, FACETS_CHECKS),
};

function isSnapshot(value: unknown): value is SnapshotHeader {
  return fits(value, SNAPSHOT_CHECKS);
}

/** The hash guarantees that everything else is as written. */
function isRow(value: unknown): value is SavedRow {
  return fits(value, ROW_CHECKS) && 'body' in value;
}
