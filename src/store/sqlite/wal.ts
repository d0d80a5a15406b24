import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** https://www.sqlite.org/fileformat2.html#walformat */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit tells the byte order of the checksum. */
const MAGIC = 0x377f0682;
const PAGE_SIZE_AT = 8;
const CHECKSUM_AT = 24;
/** Offsets of the salts in the headers of the log and of a frame. The salts change whenever the log restarts. */
const SALTS_AT = { header: 16, frame: 8, bytes: 8 } as const;
/** The first salt counts restarts, so frames from before a restart have a slightly lower one. */
const MAX_RESTARTS = 1_000_000;

/** The content of a write-ahead log. SQLite silently skips all frames after the last complete commit. */
export interface Log {
  /** The number of valid and invalid frames since the log last restarted. */
  readonly frames: number;
  /** Whether the header or a frame was not written by SQLite. */
  readonly isNoise: boolean;
}

const NONE: Log = { frames: 0, isNoise: false };

/** Reads a write-ahead log. A missing log counts as empty. */
export function readLog(path: string): Log {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < HEADER_BYTES) return NONE;
  const log = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(log, header, 0, HEADER_BYTES, 0);
    if (!isHeader(header)) return { frames: 0, isNoise: true };
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(PAGE_SIZE_AT);
    const salts = header.subarray(SALTS_AT.header, SALTS_AT.header + SALTS_AT.bytes);
    const frame = Buffer.alloc(FRAME_HEADER_BYTES);
    let frames = 0;
    let isNoise = false;
    for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES <= size; at += frameBytes) {
      readSync(log, frame, 0, FRAME_HEADER_BYTES, at);
      if (frame.subarray(SALTS_AT.frame, SALTS_AT.frame + SALTS_AT.bytes).equals(salts)) frames += 1;
      else if (!isOfEarlier(frame, salts)) isNoise = true;
    }
    return { frames, isNoise };
  } finally {
    closeSync(log);
  }
}

function isHeader(header: Buffer): boolean {
  const magic = header.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return false;
  const word = (at: number) => (magic === MAGIC ? header.readUInt32LE(at) : header.readUInt32BE(at));
  let [first, second] = [0, 0];
  for (let at = 0; at < CHECKSUM_AT; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return header.readUInt32BE(CHECKSUM_AT) === first && header.readUInt32BE(CHECKSUM_AT + 4) === second;
}

/** Whether a frame was written before the log last restarted. */
function isOfEarlier(frame: Buffer, salts: Buffer): boolean {
  const restarts = (salts.readUInt32BE(0) - frame.readUInt32BE(SALTS_AT.frame)) >>> 0;
  return restarts <= MAX_RESTARTS;
}
