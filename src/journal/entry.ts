import type { Hint } from '../decisions/explaining/hints/refused-request.ts';
import type { Principal } from '../decisions/principal.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import type { Instant } from '../lib/clock.ts';
import type { KnownSecrets } from './secrets.ts';

/** The stored start of a body, and the size of the whole body. */
export interface StoredBody {
  /** Up to `MAX_BODY_LENGTH` bytes; null if the body is missing, was not read or was dropped, or only its size is known. */
  readonly bytes: Buffer | null;
  /** In bytes; null if the body was not read. */
  readonly size: number | null;
  /** Whether only the start is stored; default: whether the bytes are fewer than the size. */
  readonly isCut?: boolean | undefined;
  /** Set if the client waited for `100 Continue`, and never sent the body. */
  readonly isNotSent?: true;
  /** Whether the body was dropped to make room for newer requests. */
  readonly isDropped?: boolean;
}

/** A request with its response, as transmitted. Secrets are hidden in views, which are created on demand. */
export interface JournalEntry {
  readonly secrets: KnownSecrets;
  readonly id: string;
  /** Sequence number in its world, from 1. */
  readonly number: number;
  /** On the world's clock. */
  readonly at: Instant;
  readonly world: string;
  /** Null if no service owns the path. */
  readonly service: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  readonly method: string;
  /** Path and query as the router sees them: with the prefix of a vendor's host, without the prefix of a world. */
  readonly url: string;
  /** Scheme and authority that the client called. */
  readonly origin: string;
  /** The target of the request line, as sent. */
  readonly target: string;
  /** Null if the connection broke before the status was sent. */
  readonly status: number | null;
  /** The status of the response that a fault replaced. Null: none was replaced. */
  readonly statusWithoutFault: number | null;
  /** The caller, or the principal that a refused credential claims; for a token request, the client. */
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  readonly decision: string | null;
  /** Why the request failed, if no decision explains it. */
  readonly explanation: string | null;
  readonly hints: readonly Hint[];
  readonly fault: string | null;
  /** Whether the operation was executed. */
  readonly done: boolean;
  /** Milliseconds of a monotonic clock: orders requests even while the world's clock is stopped. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** When the token in the response expires; null if no token was issued, or a fault destroyed it. */
  readonly tokenExpiresAt: Instant | null;
  /** Alternating names and values, one per line: one string needs less memory than many. */
  readonly requestHeaders: string;
  readonly requestBody: StoredBody;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: StoredBody;
}

/** An entry before it has an id. */
export type Draft = Omit<JournalEntry, 'id' | 'number' | 'secrets'>;

/** Maximum stored size of a body in bytes. */
export const MAX_BODY_LENGTH = 64 * 1024;

export const NO_BODY: StoredBody = { bytes: null, size: null };

/** Stores a copy of the start of a body, because its buffer may be part of a larger one. */
export function storeBody(body: string | Buffer | undefined): StoredBody {
  if (body === undefined) return { bytes: null, size: 0 };
  if (typeof body === 'string') return new TextBody(body);
  return { bytes: Buffer.from(body.subarray(0, MAX_BODY_LENGTH)), size: body.length };
}

/** A text as a body. Most are copied into a `BodyStore` right away, so it gets no buffer of its own. */
class TextBody implements StoredBody {
  readonly size: number;
  readonly #text: string;

  constructor(text: string) {
    this.size = Buffer.byteLength(text);
    this.#text = text;
  }

  get bytes(): Buffer {
    const room = Buffer.alloc(this.length);
    return room.subarray(0, this.write(room, 0));
  }

  get length(): number {
    return Math.min(this.size, MAX_BODY_LENGTH);
  }

  /** @returns the bytes of whole characters, which may be fewer than the length */
  write(target: Buffer, start: number): number {
    return target.write(this.#text, start, this.length);
  }
}

/** The size of an entry without its texts. */
const ENTRY_BYTES = 800;

/** Estimates the size of an entry in bytes, without its bodies. */
export function estimateEntryBytes(draft: Draft): number {
  const { url, origin, target, requestHeaders, responseHeaders, hints, explanation } = draft;
  let characters = url.length + origin.length + (explanation?.length ?? 0) + requestHeaders.length;
  // Nearly always the same text.
  if (target !== url) characters += target.length;
  for (const name in responseHeaders) characters += name.length + (responseHeaders[name]?.length ?? 0);
  for (const { text } of hints) characters += text.length;
  return ENTRY_BYTES + characters;
}

export function estimateBodyBytes({ requestBody, responseBody }: Draft): number {
  return (requestBody.bytes?.length ?? 0) + (responseBody.bytes?.length ?? 0);
}

/** Returns whether a request was refused or broken off. */
export function isRefusal({ reason, status }: Pick<JournalEntry, 'reason' | 'status'>): boolean {
  return reason !== null || status === null || status >= 400;
}

/** The size of the buffer of a `BodyStore` at first. */
const FIRST_BYTES = 64 * 1024;

/**
 * The bodies of the newest requests that succeeded, in all worlds: one buffer, written from its start again when it is
 * full. Thousands of buffers that live for a while would take three times the memory, until the garbage collector comes.
 */
export class BodyStore {
  readonly #size: number;
  #buffer = Buffer.alloc(0);
  /** The bytes ever written, which are also the place of the next body. A body at a place is there for `#size` bytes. */
  #written = 0;

  /** @param size in bytes */
  constructor(size: number) {
    this.#size = size;
  }

  /** Copies a body. The result loses its bytes when newer ones need their room. */
  keep(body: StoredBody): StoredBody {
    const length = body instanceof TextBody ? body.length : (body.bytes?.length ?? 0);
    if (length === 0) return body;
    if (length > this.#size) return new KeptBody(this, body, Number.NEGATIVE_INFINITY, length);
    const start = this.#written % this.#size;
    // A body is in one piece.
    if (start + length > this.#size) this.#written += this.#size - start;
    const place = this.#written;
    const at = place % this.#size;
    if (at + length > this.#buffer.length) this.#grow(at + length);
    const kept = body instanceof TextBody ? body.write(this.#buffer, at) : (body.bytes?.copy(this.#buffer, at) ?? 0);
    this.#written += kept;
    return new KeptBody(this, body, place, kept);
  }

  /** Returns whether no newer body has the room of this one. */
  has(place: number): boolean {
    return this.#written - place <= this.#size;
  }

  /** Returns a copy. */
  read(place: number, length: number): Buffer | null {
    if (!this.has(place)) return null;
    const start = place % this.#size;
    return Buffer.from(this.#buffer.subarray(start, start + length));
  }

  /** Doubles the buffer: a server of one test records little, and a full buffer for each would keep the collector busy. */
  #grow(minBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(
      Math.min(this.#size, Math.max(minBytes, 2 * this.#buffer.length, FIRST_BYTES)),
    );
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}

class KeptBody implements StoredBody {
  readonly size: number | null;
  readonly #isCut: boolean;
  readonly #store: BodyStore;
  readonly #place: number;
  readonly #length: number;

  constructor(store: BodyStore, { size, isCut }: StoredBody, place: number, length: number) {
    this.#store = store;
    this.#place = place;
    this.#length = length;
    this.size = size;
    this.#isCut = isCut ?? (size !== null && length < size);
  }

  get bytes(): Buffer | null {
    return this.#store.read(this.#place, this.#length);
  }

  get isDropped(): boolean {
    return !this.#store.has(this.#place);
  }

  get isCut(): boolean {
    return this.isDropped || this.#isCut;
  }
}
