import Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';
import { connect } from './connect.ts';
import { faultOfHeader, isLogged, markWithoutLog, schemaVersionOf } from './header.ts';
import { MIGRATIONS } from './migrations.ts';
import { damageOf, migrate } from './schema.ts';

/**
 * How much of a copied database is kept a second time as pages that were read, in KiB: reading one anew is a copy in
 * memory, so that more of them costs memory and saves no time.
 */
const PAGE_CACHE_KIB = 64;

/** Images whose every page is known to be sound: those made here, and those that were looked at before. */
const SOUND = new WeakSet<Uint8Array>();

/** A database as the bytes of a file, with what only its log holds. */
export function imageOf(database: Database.Database): Uint8Array {
  const image = database.serialize();
  markWithoutLog(image);
  SOUND.add(image);
  return image;
}

/** Can it be opened at any time, with nothing in its way? */
export function isReady(image: Uint8Array): boolean {
  if (!SOUND.has(image)) return false;
  const bytes = bufferOf(image);
  return !isLogged(bytes) && schemaVersionOf(bytes) === MIGRATIONS.length;
}

/**
 * Opens a copy of an image in memory, and brings its schema up to date. The image stays as it is, and has to: its pages
 * are looked at once.
 *
 * @throws Unusable when it is none of ours, of a newer version, or damaged
 */
export function openImage(image: Uint8Array): Database.Database {
  const bytes = bufferOf(image);
  const fault = faultOfHeader(bytes, bytes.length);
  if (fault !== null) throw refusal(fault.what, fault.isNewer ? 'Use that version, or another image.' : undefined);
  let database: Database.Database | undefined;
  try {
    database = connect(isLogged(bytes) ? withoutLog(bytes) : bytes);
    database.exec(`PRAGMA foreign_keys = ON; PRAGMA cache_size = -${PAGE_CACHE_KIB}`);
    const damage = SOUND.has(image) ? null : damageOf(database);
    if (damage !== null) throw refusal(`is damaged (${damage})`);
    SOUND.add(image);
    migrate(database, schemaVersionOf(bytes));
    return database;
  } catch (cause) {
    database?.close();
    if (!(cause instanceof Database.SqliteError)) throw cause;
    throw refusal(`is damaged (${cause.message})`, undefined, cause);
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

/** Why an image cannot be used. @param what follows the subject, as in "is damaged" */
export function refusal(what: string, remedy = 'Use another image.', cause?: unknown): Unusable {
  return new Unusable(`The image of a store ${what}. ${remedy}`, { cause });
}
