import { type Instant, rfc3339 } from './clock.ts';
import { type Budget, Held } from './held.ts';
import { redact } from './redact.ts';

/** Something a person should know although no request failed for it. */
export type FindingKind =
  /** a token was minted under one of this server's names and used under another */
  | 'issuer_differs'
  /** a query parameter that the document does not name was ignored */
  | 'undocumented_query'
  /** a key that this mock did not mint, so possibly a real one, was sent here */
  | 'foreign_credential'
  /** a path was asked for that another version of the vendor's API has */
  | 'other_version'
  /** a key was stored that can do nothing */
  | 'useless_key'
  /** an answer of the mock does not fit its document */
  | 'answer_off_document'
  /** nothing can be stored: a full disk, or a data file that is gone */
  | 'storage';

export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
  readonly firstSeenAt: Instant;
  lastSeenAt: Instant;
  count: number;
}

const MOST = 200;

/** Besides the message, of which there are two copies. */
const FINDING_BYTES = 200;

/** The findings of one world: each kept once and counted, the newest 200 of them, and no longer ones than their budget has room for. */
export class Findings {
  readonly #byText: Held<Finding>;

  constructor(budget: Budget) {
    this.#byText = new Held(budget, ({ message }) => FINDING_BYTES + 2 * message.length, MOST);
  }

  report(kind: FindingKind, said: string, at: Instant): void {
    const message = redact(said);
    const key = `${kind}\n${message}`;
    const known = this.#byText.find(key);
    if (known !== undefined) {
      known.lastSeenAt = at;
      known.count += 1;
      return;
    }
    this.#byText.keep(key, { kind, message, firstSeenAt: at, lastSeenAt: at, count: 1 });
  }

  /** Newest first, in the form of the switchboard. */
  list(): Record<string, unknown>[] {
    return this.#byText.newestFirst().map((finding) => ({
      ...finding,
      firstSeenAt: rfc3339(finding.firstSeenAt),
      lastSeenAt: rfc3339(finding.lastSeenAt),
    }));
  }

  clear(): void {
    this.#byText.clear();
  }
}
