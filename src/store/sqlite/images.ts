import type Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';
import { codeOf, connect } from './connect.ts';
import { damageOf } from './damage.ts';
import { faultOfHeader, isLogged, markWithoutLog } from './header.ts';
import { migrate } from './migrating.ts';
import { SCHEMA, type Schema } from './schema.ts';

/**
 * How much of a copied database is kept a second time as pages that were read, in KiB: reading one anew is a copy in
 * memory, so that more of them costs memory and saves no time.
 */
const PAGE_CACHE_KIB = 64;

/** An image that was made here: nothing is in the way of opening it, so nobody needs to look at its pages. */
class OwnImage extends Uint8Array<ArrayBufferLike> {
  /** What is cut out of it is none any more. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
}

/** A database as the bytes of a file, with what only its log holds. Nobody may change them. */
export function imageOf(database: Database.Database): Uint8Array {
  const bytes = database.serialize();
  markWithoutLog(bytes);
  return new OwnImage(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Can it be opened at any time, with nothing in its way? */
export function isReady(image: Uint8Array): boolean {
  return image instanceof OwnImage;
}

/**
 * Opens a copy of an image in memory, and brings its schema up to date. The image stays as it is.
 *
 * @param schema what it is brought up to
 * @throws Unusable when it is none of ours, of a schema that this version does not know, or damaged
 */
export function openImage(image: Uint8Array, schema: Schema = SCHEMA): Database.Database {
  const bytes = bufferOf(image);
  const fault = faultOfHeader(bytes, bytes.length, schema);
  if (fault !== null) throw refusal(fault.what, fault.isNewer ? 'Use that version, or another image.' : undefined);
  let database: Database.Database | undefined;
  try {
    database = connect(isLogged(bytes) ? withoutLog(bytes) : bytes);
    database.exec(`PRAGMA foreign_keys = ON; PRAGMA cache_size = -${PAGE_CACHE_KIB}`);
    const damage = isReady(image) ? null : damageOf(database);
    if (damage !== null) throw refusal(`is damaged (${damage})`);
    migrate(database, schema);
    return database;
  } catch (cause) {
    database?.close();
    throw codeOf(cause) === '' ? cause : damaged(cause);
  }
}

/** The same bytes. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function withoutLog(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  markWithoutLog(copy);
  return copy;
}

/** What is wrong with an image that SQLite found a fault in. */
export function damaged(cause: unknown): Unusable {
  return refusal(`is damaged (${cause instanceof Error ? cause.message : cause})`, undefined, cause);
}

/** Why an image cannot be used. @param what follows the subject, as in "is damaged" */
function refusal(what: string, remedy = 'Use another image.', cause?: unknown): Unusable {
  return new Unusable(`The image of a store ${what}. ${remedy}`, { cause });
}
