import type { Principal } from '../decisions/principal.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import type { Hint } from '../explaining/hints/refused-request.ts';
import type { Instant } from '../time/clock.ts';
import type { Reported } from './finding.ts';
import type { KnownSecrets } from './secrets.ts';

/** The kept beginning of a body, and the size of the whole. */
export interface KeptBody {
  /** At most `MAX_KEPT` bytes; null if the body is missing, was not read or was dropped, or only its size is known. */
  readonly text: string | null;
  /** `bytes`: each character of the text is a byte of possible UTF-8. */
  readonly form: 'bytes' | 'text';
  /** In bytes, or in characters of a text; null if the body was not read. */
  readonly size: number | null;
  /** Is only its beginning kept? Default: is the text shorter than the size? */
  readonly isCut?: boolean;
  /** Did the client wait for `100 Continue`, and send none? */
  readonly isNotSent?: true;
  /** Are secrets already replaced by fingerprints? */
  readonly isHidden?: true;
  /** Did it make room for newer requests? */
  readonly isDropped?: true;
}

/**
 * A request with its answer, as transmitted. Secrets are hidden only in a view, which is made when a client reads it.
 */
export interface JournalEntry {
  /** The secrets that views hide. */
  readonly secrets: KnownSecrets;
  readonly id: string;
  /** Its number in its world, from 1. */
  readonly number: number;
  /** By the clock of its world. */
  readonly at: Instant;
  readonly world: string;
  /** Null if no service owns the path. */
  readonly service: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  readonly method: string;
  /** Path and query, without the prefix of the world. */
  readonly url: string;
  /** Null if the connection broke before it was sent. */
  readonly status: number | null;
  /** The status it would have without a fault, or if rights were enforced. */
  readonly wouldBe: number | null;
  /** The caller, or the principal that a refused credential names; for a token request, the client. */
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  /** The id of the decision about it. */
  readonly decision: string | null;
  /** Why it failed, if no decision says so. */
  readonly explanation: string | null;
  readonly hints: readonly Hint[];
  /** The id of the fault that was injected. */
  readonly fault: string | null;
  /** Was the operation carried out? */
  readonly done: boolean;
  /** By the stopwatch of the process, in milliseconds: orders requests even where the clock of the world stands still. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** When the token in its answer expires; null if no token was issued, or a fault destroyed it. */
  readonly tokenExpiresAt: Instant | null;
  /** Names and values in turn, one per line: a single string is cheaper to keep than many. */
  readonly requestHeaders: string;
  readonly requestBody: KeptBody;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: KeptBody;
  /** Its findings; absent if none. */
  readonly reported?: readonly Reported[];
}

/** An entry before it has an id. */
export type Draft = Omit<JournalEntry, 'id' | 'number' | 'secrets'>;

/** When a request was answered, as `startedAt` counts. Requests that started before do not know the answer. */
export function answeredAt({ startedAt, durationMs }: Pick<JournalEntry, 'startedAt' | 'durationMs'>): number {
  return startedAt + durationMs;
}

/** The largest kept part of a body, in bytes, or in characters of a text. */
export const MAX_KEPT = 64 * 1024;

export const NO_BODY: KeptBody = { text: null, form: 'bytes', size: null };

/** @param text each of its characters is a byte */
export function keptBytes(text: string): KeptBody {
  return { text: beginningOf(text), form: 'bytes', size: text.length };
}

/** The body of an answer. */
export function keptPayload(payload: string | Buffer | undefined): KeptBody {
  if (payload === undefined) return { text: null, form: 'text', size: 0 };
  if (typeof payload === 'string') return { text: beginningOf(payload), form: 'text', size: payload.length };
  return { text: payload.toString('latin1', 0, MAX_KEPT), form: 'bytes', size: payload.length };
}

/** A substring keeps the whole string in memory, so it is copied. */
function beginningOf(text: string): string {
  return text.length <= MAX_KEPT ? text : Buffer.from(text.slice(0, MAX_KEPT), 'utf16le').toString('utf16le');
}

/** The size of an entry without its texts. */
const ENTRY_BYTES = 800;

/** Estimates the bytes of an entry without its bodies. */
export function weightOf(draft: Draft): number {
  const { url, requestHeaders, responseHeaders, hints, explanation, reported = [] } = draft;
  let characters = url.length + (explanation?.length ?? 0) + requestHeaders.length;
  for (const name in responseHeaders) characters += name.length + (responseHeaders[name]?.length ?? 0);
  for (const { text } of hints) characters += text.length;
  for (const { message } of reported) characters += message.length;
  return ENTRY_BYTES + characters;
}

/** Estimates the bytes of the bodies of an entry. */
export function bytesOfBodies({ requestBody, responseBody }: Draft): number {
  // Answers may have characters of two bytes.
  return (requestBody.text?.length ?? 0) + 2 * (responseBody.text?.length ?? 0);
}

/** Was it refused, or broken off, or would it have been refused without observe mode? */
export function isRefusal({ reason, status }: Pick<JournalEntry, 'reason' | 'status'>): boolean {
  return reason !== null || status === null || status >= 400;
}

/** Forgets the bodies of a draft, which then only have their sizes. Changes the draft: to copy it takes memory. */
export function dropBodies(draft: { -readonly [Name in 'requestBody' | 'responseBody']: Draft[Name] }): void {
  draft.requestBody = withoutText(draft.requestBody);
  draft.responseBody = withoutText(draft.responseBody);
}

function withoutText(body: KeptBody): KeptBody {
  if (body.text === null || body.text === '') return body;
  return { text: null, form: 'text', size: body.size, isCut: true, isHidden: true, isDropped: true };
}
