import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** https://www.sqlite.org/fileformat2.html#walformat */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_SIZE_AT = 8;
/** Where the salts are in the log's header, and in a frame's: they change each time the log is restarted. */
const SALTS_AT = { header: 16, frame: 8, bytes: 8 } as const;

/**
 * How many frames a write-ahead log holds that were written since it was last restarted, whether they count or not; 0
 * if there is no log. SQLite silently skips everything after the last finished change, so this shows that there was
 * something.
 */
export function framesOf(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < HEADER_BYTES) return 0;
  const log = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(log, header, 0, HEADER_BYTES, 0);
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(PAGE_SIZE_AT);
    const salts = header.subarray(SALTS_AT.header, SALTS_AT.header + SALTS_AT.bytes);
    const frame = Buffer.alloc(FRAME_HEADER_BYTES);
    let frames = 0;
    for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES <= size; at += frameBytes) {
      readSync(log, frame, 0, FRAME_HEADER_BYTES, at);
      if (frame.subarray(SALTS_AT.frame, SALTS_AT.frame + SALTS_AT.bytes).equals(salts)) frames += 1;
    }
    return frames;
  } finally {
    closeSync(log);
  }
}
