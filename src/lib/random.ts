import { generateKeyPair, hash, type JsonWebKey, type KeyObject, randomFillSync } from 'node:crypto';

/** The only source of randomness: ids, secrets and keys. */
export interface Random {
  /** A UUID, version 4. */
  uuid(): string;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** `length` letters and digits, the format of a real client secret. */
  alphanumeric(length: number): string;
  base64url(bytes: number): string;
  /** A private JWK (RFC 7517): RSA with 2048 bits, or EC on P-256. From another thread, not determined by a seed. */
  privateKey(kind: KeyKind): Promise<JsonWebKey>;
}

export type KeyKind = 'rsa' | 'ec';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The number of byte values that map to all letters equally often. Larger bytes are skipped. */
const FAIR_BYTE_COUNT = 256 - (256 % ALPHANUMERIC.length);

type DrawBytes = (length: number) => Buffer;

export function createSystemRandom(): Random {
  return createRandom(createPool((pool) => randomFillSync(pool)));
}

/** The length of a SHA-256, in bytes. */
const BLOCK_BYTES = 32;

/** Returns the same sequence for the same seed, for tests and demonstrations. */
export function createSeededRandom(seed: string): Random {
  let block = 0;
  const fill = (part: Buffer) => {
    for (let offset = 0; offset < part.length; offset += BLOCK_BYTES) {
      hash('sha256', `${seed}:${block++}`, 'buffer').copy(part, offset);
    }
  };
  // Many sequences end after a few ids, so generate no more than needed.
  return createRandom(createPool(fill, BLOCK_BYTES));
}

/** Returns a UUID of version 4; the same name always gives the same id. */
export function deriveUuid(name: string): string {
  return formatUuid(hash('sha256', name, 'buffer'));
}

/** Converts bytes to letters and digits, each equally likely. Some bytes are skipped, so the text may be shorter. */
export function toAlphanumeric(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) if (byte < FAIR_BYTE_COUNT) text += ALPHANUMERIC[byte % ALPHANUMERIC.length];
  return text;
}

/** Returns the number at a position of a seeded sequence, from 0 to below 1. */
export function drawAt(seed: string, position: number): number {
  // The first 48 bits, which a number represents exactly.
  return hash('sha256', `${seed}:${position}`, 'buffer').readUIntBE(0, 6) / 2 ** 48;
}

/** Formats 16 bytes as version 4, because clients may overwrite the version and variant of other ids. */
function formatUuid(bytes: Buffer): string {
  const uuid = Buffer.from(bytes.subarray(0, 16));
  // Version 4 and the variant of RFC 9562.
  uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x40, 6);
  uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8);
  const digits = uuid.toString('hex');
  const slice = (from: number, to: number) => digits.slice(from, to);
  return `${slice(0, 8)}-${slice(8, 12)}-${slice(12, 16)}-${slice(16, 20)}-${slice(20, 32)}`;
}

function drawPrivateKey(kind: KeyKind): Promise<JsonWebKey> {
  return new Promise((resolve, reject) => {
    const take = (cause: Error | null, _public: KeyObject, key: KeyObject) => {
      if (cause === null) resolve(key.export({ format: 'jwk' }));
      else reject(cause);
    };
    if (kind === 'rsa') generateKeyPair('rsa', { modulusLength: 2048 }, take);
    else generateKeyPair('ec', { namedCurve: 'P-256' }, take);
  });
}

/** The size of the pool, in bytes: each system call takes microseconds, so it fetches many bytes. */
const POOL_BYTES = 4096;

/** Returns a function that draws bytes from a pool, and refills it. @param step how many bytes to fill at a time */
function createPool(fill: (part: Buffer) => void, step = POOL_BYTES): DrawBytes {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = pool.length;
  let filled = pool.length;
  const fillTo = (end: number) => {
    if (filled < end) fill(pool.subarray(filled, end));
    filled = end;
  };
  return (length) => {
    if (used + length > pool.length) {
      // The rest is skipped, but must be drawn to keep the sequence.
      fillTo(pool.length);
      used = 0;
      filled = 0;
    }
    used += length;
    if (used > filled) fillTo(Math.min(pool.length, Math.ceil(used / step) * step));
    return Buffer.from(pool.subarray(used - length, used));
  };
}

function createRandom(drawBytes: DrawBytes): Random {
  return {
    uuid: () => formatUuid(drawBytes(16)),
    hex: (length) =>
      drawBytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    base64url: (length) => drawBytes(length).toString('base64url'),
    alphanumeric: (length) => {
      let text = '';
      while (text.length < length) text += toAlphanumeric(drawBytes(length - text.length));
      return text;
    },
    privateKey: drawPrivateKey,
  };
}
