import { SCHEMA_NUMBER } from './schema.ts';

/** Marks a file of this program: "NVA1" (https://www.sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x4e564131;

/** Marked files before the first release: "NVAM". */
const EARLIER_APPLICATION_ID = 0x4e56414d;

/** The length of the header of a database. */
export const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';
/** The offsets of members of the header. */
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/**
 * Why a database cannot be used, judged by its header: completes a sentence about the file. Null if the header is valid.
 *
 * @param size of the file in bytes; null if it must not be checked, because a part of the database is in the log
 */
export function faultOfHeader(header: Buffer, size: number | null): string | null {
  const instead = 'It was left as it is; give another file.';
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return `is not an SQLite database, or it is damaged. ${instead}`;
  }
  const program = header.readUInt32BE(APPLICATION_ID_AT);
  if (program === EARLIER_APPLICATION_ID) {
    return 'was written before the first release of nv-auth-mock, in a form that this version does not read: rename or delete it.';
  }
  if (program !== APPLICATION_ID) return `is a database of another program. ${instead}`;
  if (size !== null && size < pageSizeOf(header) * header.readUInt32BE(PAGE_COUNT_AT)) {
    return `is damaged: its end is missing. ${instead}`;
  }
  const found = header.readUInt32BE(USER_VERSION_AT);
  if (found === SCHEMA_NUMBER) return null;
  return `was written by another version of nv-auth-mock (schema ${found}; this one knows ${SCHEMA_NUMBER}): use that version, or rename or delete the file.`;
}

/** A page size of 1 stands for 65536. */
function pageSizeOf(header: Buffer): number {
  const size = header.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}
