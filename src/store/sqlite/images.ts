import type Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';
import { codeOf, connectDatabase } from './connect.ts';
import { damageOf } from './damage.ts';
import { faultOfHeader, isLogged, markWithoutLog } from './header.ts';
import { migrate } from './migrating.ts';
import { SCHEMA, type StoreSchema } from './schema.ts';

/**
 * How many pages of a copied database are cached, in KiB: a page is read by copying memory, so a larger cache costs
 * memory and saves no time.
 */
const PAGE_CACHE_KIB = 64;

/** An image that was made here: it can be opened without checking its pages. */
class OwnImage extends Uint8Array<ArrayBufferLike> {
  /** A part cut out of it is no longer an image. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
}

/** A database as the bytes of a file, including what is only in its log. The bytes must not be changed. */
export function imageOf(database: Database.Database): Uint8Array {
  const bytes = database.serialize();
  markWithoutLog(bytes);
  return new OwnImage(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Can it be opened at any time, without checks? */
export function isReady(image: Uint8Array): boolean {
  return image instanceof OwnImage;
}

/**
 * Opens a copy of an image in memory, and brings its schema up to date. The image stays unchanged.
 *
 * @param schema the one to bring it up to
 * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
 */
export function openImage(image: Uint8Array, schema: StoreSchema = SCHEMA): Database.Database {
  const bytes = bufferOf(image);
  const fault = faultOfHeader(bytes, bytes.length, schema);
  if (fault !== null) throw refusal(fault.what, fault.isNewer ? 'Use that version, or another image.' : undefined);
  let database: Database.Database | undefined;
  try {
    database = connectDatabase(isLogged(bytes) ? withoutLog(bytes) : bytes);
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

/** The same bytes, as a Buffer. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function withoutLog(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  markWithoutLog(copy);
  return copy;
}

/** The error for an image in which SQLite found a fault. */
export function damaged(cause: unknown): Unusable {
  return refusal(`is damaged (${cause instanceof Error ? cause.message : cause})`, undefined, cause);
}

/** The error for an image that cannot be used. @param what follows the subject, as in "is damaged" */
function refusal(what: string, remedy = 'Use another image.', cause?: unknown): Unusable {
  return new Unusable(`The image of a store ${what}. ${remedy}`, { cause });
}
