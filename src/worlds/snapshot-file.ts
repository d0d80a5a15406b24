import { createHash } from 'node:crypto';
import { isRecord } from '../core/members.ts';
import { Problem } from '../core/problem.ts';
import { isStorable } from '../core/storable-text.ts';
import { isWorldId } from '../core/world-id.ts';
import { NEW, type Row } from '../store/collections.ts';
import { Collision } from '../store/errors.ts';
import { type FrozenRows, frozenRows } from '../store/frozen-rows.ts';
import type { StoreParts } from '../store/shared.ts';
import type { SnapshotInfo } from '../store/snapshot-store.ts';
import type { Provenance } from './provenance.ts';

/**
 * The format of the files that this version writes. It rises with each change of a line, and with each change of the rows
 * of a service that an earlier version could not read.
 */
const FORMAT = 1;

/** Says that a file is one of ours. */
const SERVER = 'nv-auth-mock';

/** The longest first line of a file of ours, in bytes. */
const MOST_FIRST_LINE = 1000;

/** Deeper than any row, shallower than what could exhaust a stack. */
const MOST_DEPTH = 64;

/** Lines are written in chunks of at least this many characters. */
const LEAST_CHUNK = 64 * 1024;

/** A snapshot, without its rows. */
export interface SavedSnapshot extends Omit<SnapshotInfo, 'size'> {
  readonly made: Provenance;
}

/** The content of a file. */
export interface SnapshotFile {
  readonly snapshot: SavedSnapshot;
  /** Oldest first. */
  readonly rows: readonly Row[];
  /** Identifies the file: of all bytes before its last line. */
  readonly sha256: string;
}

/**
 * A snapshot as a file: lines of JSON, with a line for each row, so that neither side ever has the whole text in memory.
 * The last line has a hash of all others.
 */
export async function* snapshotBytes(
  version: string,
  { snapshot, rows }: Omit<SnapshotFile, 'sha256'>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (text: string) => {
    hash.update(text);
    return Buffer.from(text);
  };
  let text = lineOf({ server: SERVER, version, format: FORMAT }) + lineOf({ snapshot });
  // Revisions compare rows within one process.
  for (const { revision: _, ...row } of rows) {
    text += lineOf({ row });
    if (text.length < LEAST_CHUNK) continue;
    yield hashed(text);
    text = '';
  }
  yield hashed(text);
  yield Buffer.from(lineOf({ sha256: hash.digest('hex') }));
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Reads such a file as it arrives. Every error is a Problem that says what is wrong with the file, and at which line. */
export class SnapshotReader {
  readonly #hash = createHash('sha256');
  /** The parts of a line that has not ended yet. */
  #parts: Buffer[] = [];
  #length = 0;
  #lines = 0;
  #snapshot: SavedSnapshot | null = null;
  readonly #rows: Row[] = [];
  readonly #names = new Set<string>();
  #sha256: string | null = null;

  /** @throws Problem */
  read(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      this.#add(chunk.subarray(from, at + 1));
      const line = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#length = 0;
      this.#readLine(line);
      from = at + 1;
    }
    if (from < chunk.length) this.#add(chunk.subarray(from));
  }

  /** The file has ended. @throws Problem if a part of it is missing */
  end(): SnapshotFile {
    if (this.#lines === 0) throw foreign();
    const [snapshot, sha256] = [this.#snapshot, this.#sha256];
    if (snapshot === null || sha256 === null || this.#length > 0) {
      throw damaged(`It ends after line ${this.#lines}, before its last one`);
    }
    return { snapshot, rows: this.#rows, sha256 };
  }

  #add(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#lines === 0 && this.#length > MOST_FIRST_LINE) throw foreign();
  }

  #readLine(line: Buffer): void {
    this.#lines += 1;
    if (this.#sha256 !== null) throw damaged(`Line ${this.#lines} comes after its last line`);
    if (isDeep(line)) throw damaged(`Line ${this.#lines} is nested deeper than ${MOST_DEPTH} levels`);
    const value = jsonIn(line);
    if (this.#lines === 1) checkFirst(value);
    else if (!isRecord(value)) throw damaged(`Line ${this.#lines} is not a JSON object in UTF-8`);
    else if (this.#lines === 2 && isSnapshot(value['snapshot'])) this.#snapshot = value['snapshot'];
    else if (this.#snapshot !== null && isRow(value['row'])) this.#addRow(value['row']);
    else if (this.#snapshot !== null && typeof value['sha256'] === 'string') this.#endWith(value['sha256']);
    else throw damaged(`Line ${this.#lines} is not as the mock writes it`);
    this.#hash.update(line);
  }

  #addRow(row: Omit<Row, 'revision'>): void {
    const name = JSON.stringify([row.collection, row.id]);
    if (this.#names.has(name)) throw damaged(`Line ${this.#lines} has an object that an earlier line has, too`);
    this.#names.add(name);
    this.#rows.push({ ...row, revision: NEW });
  }

  #endWith(sha256: string): void {
    const isSame = sha256 === this.#hash.copy().digest('hex');
    if (!isSame)
      throw damaged(`Its last line, ${this.#lines}, has not the SHA-256 of the lines before: one was changed`);
    this.#sha256 = sha256;
  }
}

function checkFirst(value: unknown): void {
  if (!isRecord(value) || value['server'] !== SERVER || typeof value['format'] !== 'number') throw foreign();
  if (value['format'] === FORMAT) return;
  const version = typeof value['version'] === 'string' ? value['version'].slice(0, 20) : 'another version';
  const message = `The snapshot file has format ${value['format']}, of nv-auth-mock ${version}; this server reads format ${FORMAT}. Use that version.`;
  throw new Problem('invalid_request', message, { close: true });
}

function foreign(): Problem {
  const message =
    'This is not a snapshot file, as `GET /_mock/snapshots/{id}/file` returns it: its first line does not say so.';
  return new Problem('invalid_request', message, { close: true });
}

function damaged(what: string): Problem {
  const message = `The snapshot file is damaged. ${what}. Download the snapshot again.`;
  return new Problem('invalid_request', message, { close: true });
}

/** Without recursion, because the nesting of a line can be as deep as its length. */
function isDeep(line: Buffer): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (isText && byte === 0x5c) at += 1;
    else if (byte === 0x22) isText = !isText;
    else if (!isText && (byte === 0x5b || byte === 0x7b)) depth += 1;
    else if (!isText && (byte === 0x5d || byte === 0x7d)) depth -= 1;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Undefined if it is not JSON. */
function jsonIn(line: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(line));
  } catch {
    return undefined;
  }
}

const isText = (value: unknown) => typeof value === 'string' && isStorable(value);
/** Later moments have no form in RFC 3339. */
const LAST = Date.UTC(9999, 11, 31);
const isInstant = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= LAST;
/** As the document of the control API has it. */
const isName = (value: unknown) => isText(value) && /^.{1,200}$/su.test(value as string);
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);
const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is);

type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

function fits(value: unknown, checks: Checks): value is Record<string, unknown> {
  return isRecord(value) && Object.entries(checks).every(([name, is]) => is(value[name]));
}

const SEED: Checks = { fingerprint: isText, text: isText, origin: (value) => value === 'built-in' || value === 'file' };
const MADE: Checks = {
  seed: (value) => fits(value, SEED),
  credentials: (value) => value === 'own' || value === 'cast',
};
const SNAPSHOT: Checks = {
  ...{ id: (value) => typeof value === 'string' && /^[0-9a-z]{1,64}$/.test(value), name: orNull(isName) },
  ...{ world: (value) => typeof value === 'string' && isWorldId(value), at: isInstant },
  made: (value) => fits(value, MADE),
};
const FACETS: Checks = { name: isText, state: orNull(isText), createdAt: isInstant, modifiedAt: isInstant };
const ROW: Checks = {
  ...{ collection: isText, id: isText, owner: isText, parent: orNull(isText) },
  ...{ aliases: listOf(isText), labels: listOf(isText), sharedWith: listOf(isText) },
  ...{ dueAt: orNull(isInstant), usedAt: orNull(isInstant) },
  facets: (value) => value === undefined || fits(value, FACETS),
};

function isSnapshot(value: unknown): value is SavedSnapshot {
  return fits(value, SNAPSHOT);
}

/** The hash says that the rest is as it was written. */
function isRow(value: unknown): value is Omit<Row, 'revision'> {
  return fits(value, ROW) && 'body' in value;
}

/** @throws Problem if an object of the file has a name that another one has, too */
export function rowsOfFile({ rows }: Pick<SnapshotFile, 'rows'>, revisions: StoreParts['revisions']): FrozenRows {
  try {
    return frozenRows(rows, revisions);
  } catch (thrown) {
    if (!(thrown instanceof Collision)) throw thrown;
    throw new Problem('invalid_request', 'Two objects of the snapshot file have the same name. Download it again.');
  }
}
