import { newestOf, type StoreSchema } from './schema.ts';

/** Marks a file of this program: "NVAM" (https://www.sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x4e56414d;

/** The length of the header of a database. */
export const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';
/** The offsets of members of the header. */
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/** Why a database cannot be used. */
export interface HeaderFault {
  /** Completes a sentence about the file: `is a database of another program`. */
  readonly what: string;
  /** Can a newer version of this program use the database? */
  readonly isNewer: boolean;
}

/**
 * Why a database cannot be used, judged by its header; null if the header is valid.
 *
 * @param size of the file in bytes; null if it must not be checked, because a part of the database is in the log
 * @param known the schemas that this program can use
 */
export function faultOfHeader(header: Buffer, size: number | null, known: StoreSchema): HeaderFault | null {
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return { what: 'is not an SQLite database, or it is damaged', isNewer: false };
  }
  if (header.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID) {
    return { what: 'is a database of another program', isNewer: false };
  }
  if (size !== null && size < pageSizeOf(header) * header.readUInt32BE(PAGE_COUNT_AT)) {
    return { what: 'is damaged: its end is missing', isNewer: false };
  }
  return faultOfSchema(schemaIn(header), known);
}

/** The number of the schema in a header. */
export function schemaIn(header: Buffer): number {
  return header.readUInt32BE(USER_VERSION_AT);
}

function faultOfSchema(found: number, known: StoreSchema): HeaderFault | null {
  const newest = newestOf(known);
  if (found > newest) {
    const schemas = `schema ${found}; this one knows ${newest}`;
    return { what: `was written by a newer version of nv-auth-mock (${schemas})`, isNewer: true };
  }
  if (found < known.first) {
    const schemas = `schema ${found}; the first that this one knows is ${known.first}`;
    return { what: `was written by nv-auth-mock before its first release (${schemas})`, isNewer: false };
  }
  return null;
}

/** A page size of 1 stands for 65536. */
function pageSizeOf(header: Buffer): number {
  const size = header.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}
