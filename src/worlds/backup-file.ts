import { createHash } from 'node:crypto';
import type { WorldInfo } from '../contract/world.ts';
import type { Mode } from '../core/mode.ts';
import { isRecord } from '../core/own.ts';
import { Problem } from '../core/problem.ts';
import { isWorldId } from '../core/world-id.ts';
import type { Fault } from '../faults/fault.ts';
import type { Row } from '../store/collections.ts';
import type { SnapshotInfo } from '../store/sharing.ts';
import type { Provenance } from './provenance.ts';

/**
 * The format of the files that this version writes. It rises with each change of a line, and with each change of the rows
 * of a service that an earlier version could not read.
 */
const FORMAT = 1;

/** Says that a file is one of ours. */
const KIND = 'nv-auth-mock worlds';

/** The longest first line of a file of ours, in bytes. */
const MOST_FIRST_LINE = 1000;

/** Lines are written in chunks of at least this many characters. */
const LEAST_CHUNK = 64 * 1024;

/** A world, without its rows. */
export interface SavedWorld extends Pick<WorldInfo, 'id' | 'ttl'> {
  readonly made: Provenance;
  readonly mode: Mode;
  readonly faults: readonly Fault[];
}

/** A snapshot, without its rows. */
export interface SavedSnapshot extends Omit<SnapshotInfo, 'size'> {
  readonly made: Provenance;
}

/** The part of a file about one world or snapshot. */
export interface Saved {
  readonly head: { readonly world: SavedWorld } | { readonly snapshot: SavedSnapshot };
  /** Oldest first. */
  readonly rows: readonly Row[];
}

/**
 * A file with worlds and snapshots: lines of JSON, with a line for each row, so that neither side ever has the whole
 * text in memory. The last line has a hash of all others.
 */
export async function* backupBytes(version: string, saved: AsyncIterable<Saved>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (text: string) => {
    hash.update(text);
    return Buffer.from(text);
  };
  let text = lineOf({ kind: KIND, format: FORMAT, version });
  for await (const { head, rows } of saved) {
    text += lineOf(head);
    for (const row of rows) {
      text += lineOf({ row });
      if (text.length < LEAST_CHUNK) continue;
      yield hashed(text);
      text = '';
    }
  }
  yield hashed(text);
  yield Buffer.from(lineOf({ end: { sha256: hash.digest('hex') } }));
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Reads such a file as it arrives. Every error is a Problem that says what is wrong with the file. */
export class BackupReader {
  readonly #take: (saved: Saved) => void;
  readonly #hash = createHash('sha256');
  /** The parts of a line that has not ended yet. */
  #parts: Buffer[] = [];
  #length = 0;
  #lines = 0;
  #head: Saved['head'] | null = null;
  #rows: Row[] = [];
  #hasEnd = false;

  /** @param take receives each world and each snapshot once all of it was read */
  constructor(take: (saved: Saved) => void) {
    this.#take = take;
  }

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

  /** The file has ended. */
  end(): void {
    if (this.#lines === 0) throw notOurs();
    if (!this.#hasEnd) throw broken('The file ends before its last line, so a part of it is missing.');
  }

  #add(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#lines === 0 && this.#length > MOST_FIRST_LINE) throw notOurs();
  }

  #readLine(line: Buffer): void {
    this.#lines += 1;
    const value = jsonIn(line);
    if (this.#lines === 1) checkFirst(value);
    else if (this.#hasEnd) throw broken('The file has more lines after its last one.');
    else if (isRecord(value) && isRecord(value['end'])) this.#endWith(value['end']['sha256']);
    else if (isHead(value)) this.#begin(value);
    else if (this.#head !== null && isRecord(value) && isRow(value['row'])) this.#rows.push(value['row']);
    else throw broken(`Line ${this.#lines} of the file is not what an export writes.`);
    this.#hash.update(line);
  }

  #begin(head: Saved['head'] | null): void {
    if (this.#head !== null) this.#take({ head: this.#head, rows: this.#rows });
    this.#head = head;
    this.#rows = [];
  }

  #endWith(hash: unknown): void {
    if (hash !== this.#hash.copy().digest('hex')) throw broken('The file was changed after the export.');
    this.#begin(null);
    this.#hasEnd = true;
  }
}

function checkFirst(value: unknown): void {
  if (!isRecord(value) || value['kind'] !== KIND || typeof value['format'] !== 'number') throw notOurs();
  if (value['format'] <= FORMAT) return;
  const message = `The file has format ${value['format']}, of nv-auth-mock ${String(value['version']).slice(0, 20)}; this server reads formats up to ${FORMAT}. Upgrade it.`;
  throw new Problem('invalid_request', message, { close: true });
}

function notOurs(): Problem {
  const message = 'This is not a file that `nv-auth-mock export` or `GET /_mock/export` wrote.';
  return new Problem('invalid_request', message, { close: true });
}

function broken(what: string): Problem {
  return new Problem('invalid_request', `${what} Nothing was imported. Export the worlds again.`, { close: true });
}

/** Undefined if it is not JSON. */
function jsonIn(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
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
  label: (value) => value === undefined || orNull(isText)(value),
};
const WORLD: Checks = {
  id: (value) => typeof value === 'string' && isWorldId(value),
  ttl: orNull(isNumber),
  made: (value) => fits(value, MADE),
  mode: (value) => value === 'enforce' || value === 'observe',
  faults: listOf(isRecord),
};
const SNAPSHOT: Checks = {
  ...{ id: isText, name: orNull(isText), world: isText, at: isNumber },
  made: (value) => fits(value, MADE),
};
const ROW: Checks = {
  ...{ collection: isText, id: isText, owner: isText, parent: orNull(isText), revision: isNumber },
  ...{ aliases: listOf(isText), labels: listOf(isText), sharedWith: listOf(isText) },
  ...{ dueAt: orNull(isNumber), usedAt: orNull(isNumber) },
};

function isHead(value: unknown): value is Saved['head'] {
  if (!isRecord(value)) return false;
  return fits(value['world'], WORLD) || fits(value['snapshot'], SNAPSHOT);
}

/** The hash says that the rest is as it was written. */
function isRow(value: unknown): value is Row {
  return fits(value, ROW) && 'body' in value;
}
