import type { Instant } from '../core/clock.ts';
import type { DenyReason } from '../core/explaining/reasons.ts';
import type { Reported } from '../core/finding.ts';
import type { Principal } from '../core/principal.ts';
import type { Hint } from '../hints/hint.ts';
import type { KnownSecrets } from './secrets.ts';

/** A body as it is kept: its beginning, and how large all of it was. */
export interface KeptBody {
  /** At most `MOST_KEPT` bytes; null if there was none, if it was not read, or if only its size is known. */
  readonly text: string | null;
  /** `bytes`: each character of the text is a byte, which may be UTF-8. */
  readonly form: 'bytes' | 'text';
  /** In bytes, or in characters of a text; null if it was not read. */
  readonly size: number | null;
  /** Is only its beginning kept? Default: if the text is shorter than that. */
  readonly isCut?: boolean;
  /** Does it have fingerprints in place of secrets already? */
  readonly isHidden?: true;
}

/**
 * One request with its answer, as it came and went. Nothing is hidden in it yet: a view of it, which hides what is secret,
 * is made only for those who look.
 */
export interface JournalEntry {
  /** What hides the secrets in it, once somebody looks. */
  readonly secrets: KnownSecrets;
  readonly id: string;
  /** Its place among all requests of its world, from 1. */
  readonly number: number;
  /** By the clock of its world. */
  readonly at: Instant;
  readonly world: string;
  /** Null if nothing is served at the path. */
  readonly service: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  readonly method: string;
  /** Path and query, without the world before them. */
  readonly url: string;
  /** Null if the connection was broken before it could be sent. */
  readonly status: number | null;
  /** What it would have been but for a fault, or if rights had been enforced. */
  readonly wouldBe: number | null;
  /** The caller, or who the credential claimed to be; on a token request, the client. */
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  /** The id of the decision about it. */
  readonly decision: string | null;
  /** What was wrong with it, where no decision says so. */
  readonly explanation: string | null;
  readonly hints: readonly Hint[];
  /** The id of the fault that struck it. */
  readonly fault: string | null;
  /** Was what it asked for done? */
  readonly done: boolean;
  readonly durationMs: number;
  /** Names and values in turn, one per line: kept as one text, because that is less to look after than many. */
  readonly requestHeaders: string;
  readonly requestBody: KeptBody;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: KeptBody;
  /** The findings that are about it; absent if there are none. */
  readonly reported?: readonly Reported[];
}

/** What is known of a request before it is in the journal. */
export type Draft = Omit<JournalEntry, 'id' | 'number' | 'secrets'>;

/** How much of a body is kept, in bytes, or in characters of a text. */
export const MOST_KEPT = 64 * 1024;

export const NO_BODY: KeptBody = { text: null, form: 'bytes', size: null };

/** @param text each of its characters is a byte */
export function keptBytes(text: string): KeptBody {
  return { text: beginningOf(text), form: 'bytes', size: text.length };
}

/** The body of an answer. */
export function keptPayload(payload: string | Buffer | undefined): KeptBody {
  if (payload === undefined) return { text: null, form: 'text', size: 0 };
  if (typeof payload === 'string') return { text: beginningOf(payload), form: 'text', size: payload.length };
  return { text: payload.toString('latin1', 0, MOST_KEPT), form: 'bytes', size: payload.length };
}

/** A part of a string would keep all of it in memory, so a longer one is copied. */
function beginningOf(text: string): string {
  return text.length <= MOST_KEPT ? text : Buffer.from(text.slice(0, MOST_KEPT), 'utf16le').toString('utf16le');
}

/** What an entry costs besides its texts. */
const ENTRY_BYTES = 800;

/** About how many bytes an entry takes. */
export function weightOf(draft: Draft): number {
  const { url, requestHeaders, requestBody, responseHeaders, responseBody, hints, explanation, reported = [] } = draft;
  let characters = url.length + (explanation?.length ?? 0) + requestHeaders.length + (requestBody.text?.length ?? 0);
  for (const name in responseHeaders) characters += name.length + (responseHeaders[name]?.length ?? 0);
  for (const { text } of hints) characters += text.length;
  for (const { message } of reported) characters += message.length;
  // A text may hold characters of two bytes; an answer's text may be one that is remembered elsewhere, too.
  return ENTRY_BYTES + characters + 2 * (responseBody.text?.length ?? 0);
}
