import { SCHEMA_VERSION } from './schema.ts';

/** The application id of our files: "NVA1" (https://www.sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x4e564131;

/** The length of the database header. */
export const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';
/** Offsets of members in the header. */
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/**
 * Checks the header of a database and explains why the file cannot be used, as the end of a sentence about it. Returns
 * null if the header is valid.
 *
 * @param size the size of the file in bytes; null skips the check, because the log contains part of the database
 */
export function checkHeader(header: Buffer, size: number | null): string | null {
  const advice = 'The file was not changed; use another one.';
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return `is not an SQLite database, or is damaged. ${advice}`;
  }
  const program = header.readUInt32BE(APPLICATION_ID_AT);
  if (program !== APPLICATION_ID) return `is the database of another program. ${advice}`;
  if (size !== null && size < readPageSize(header) * header.readUInt32BE(PAGE_COUNT_AT)) {
    return `is damaged: its end is missing. ${advice}`;
  }
  const version = header.readUInt32BE(USER_VERSION_AT);
  if (version === SCHEMA_VERSION) return null;
  return `was written by another version of nv-auth-mock (schema ${version}; this version reads ${SCHEMA_VERSION}). Use that version, or rename or delete the file.`;
}

/** In SQLite, a page size of 1 means 65536. */
function readPageSize(header: Buffer): number {
  const size = header.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}
