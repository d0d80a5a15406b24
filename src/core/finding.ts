import { type Instant, rfc3339 } from './clock.ts';
import { type Budget, Held } from './held.ts';
import { compared, type Place } from './page.ts';
import { redact } from './redact.ts';

/** Something a person should know although no request failed for it. */
export type FindingKind =
  /** a token was minted under one of this server's names and used under another */
  | 'issuer_differs'
  /** a query parameter that the document does not name was ignored */
  | 'undocumented_query'
  /** a field that the document does not name, and that is near to one that it names, was ignored */
  | 'undocumented_field'
  /** a key that this mock did not mint, and that may therefore be real, was sent here */
  | 'foreign_credential'
  /** the path that was requested exists only in another version of the vendor's API */
  | 'other_version'
  /** a key was stored that can do nothing, or less than its scopes say, because it has no resource */
  | 'useless_key'
  /** a web page of another origin called the mock, and was refused */
  | 'foreign_page'
  /** an answer of the mock does not match its document */
  | 'answer_off_document'
  /** an answer rests on sources that contradict each other, and the server answers only what is documented */
  | 'contradicted_source'
  /** nothing can be stored, such as on a full disk; or something that was stored is elsewhere now, or lost */
  | 'storage'
  /** a fault was removed that never struck a request: a test that relied on it proves nothing */
  | 'unused_fault';

export interface Finding {
  readonly id: string;
  /** Where it stands among the findings of its world. */
  readonly place: Place;
  readonly kind: FindingKind;
  readonly message: string;
  readonly firstSeenAt: Instant;
  lastSeenAt: Instant;
  count: number;
  /** The id of the latest request that it is about, in the journal; null if it is about none. */
  request: string | null;
}

/** What distinguishes a finding from others of its world. */
export type Reported = Pick<Finding, 'kind' | 'message'>;

const MOST = 200;

/** In addition to the message, of which there are two copies. */
const FINDING_BYTES = 200;

/**
 * The findings of one world. Each is kept once and counted; only the newest 200 are kept, and only as long as the
 * budget has room.
 */
export class Findings {
  readonly #byText: Held<Finding>;

  readonly #series: string;
  readonly #told: (finding: Finding) => void;
  readonly #instead: Report | null;
  #reported = 0;
  /** How many were kept since it was last empty, without those that were deleted. */
  #kept = 0;
  readonly #hidden: (message: string) => string;

  /**
   * @param series begins the ids: no two worlds have the same one
   * @param told is called with each report
   * @param instead takes the reports, where processes count them together
   * @param hidden hides the secrets of the world in a message
   */
  constructor(
    budget: Budget,
    series = '',
    told: (finding: Finding) => void = () => {},
    instead: Report | null = null,
    hidden: (message: string) => string = (message) => message,
  ) {
    this.#series = series;
    this.#hidden = hidden;
    this.#told = told;
    this.#instead = instead;
    this.#byText = new Held(budget, ({ message }) => FINDING_BYTES + 2 * message.length, MOST);
  }

  /** @returns how it is known: credentials and secrets are left out */
  report(kind: FindingKind, said: string, at: Instant): Reported {
    const message = this.#hidden(redact(said));
    const reported = { kind, message };
    if (this.#instead === null) this.#count(reported, at);
    else this.#instead(reported, at);
    return reported;
  }

  #count({ kind, message }: Reported, at: Instant): void {
    const known = this.find(kind, message);
    if (known !== undefined) {
      known.lastSeenAt = at;
      known.count += 1;
      this.#told(known);
      return;
    }
    this.#reported += 1;
    const id = `${this.#series}-n${this.#reported}`;
    const place = [this.#reported] as const;
    this.#told(this.put({ id, place, kind, message, firstSeenAt: at, lastSeenAt: at, count: 1, request: null }));
  }

  /** These were reported about a request, which is in the journal now. */
  concern(reported: readonly Reported[], request: string): void {
    for (const { kind, message } of reported) {
      const found = this.find(kind, message);
      if (found !== undefined) found.request = request;
    }
  }

  find(kind: FindingKind, message: string): Finding | undefined {
    return this.#byText.find(keyOf({ kind, message }));
  }

  /** Keeps a finding as it was counted elsewhere. */
  put(finding: Finding): Finding {
    const known = this.#byText.find(keyOf(finding));
    if (known === undefined) this.#kept += 1;
    return this.#byText.keep(keyOf(finding), { ...finding, request: finding.request ?? known?.request ?? null });
  }

  /** Newest first. */
  list(): readonly Finding[] {
    return this.#byText.newestFirst().sort((one, other) => compared(other.place, one.place));
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    const found = this.#byText.newestFirst().find((one) => one.id === id);
    if (found === undefined) return false;
    this.#byText.forget(keyOf(found));
    this.#kept -= 1;
    return true;
  }

  /** How many have made room for newer ones since it was last empty. */
  get dropped(): number {
    return this.#kept - this.#byText.size;
  }

  clear(): void {
    this.#byText.clear();
    this.#kept = 0;
  }
}

/** Takes a report. */
type Report = (finding: Reported, at: Instant) => void;

/** Where findings are reported. */
export interface Reports {
  report(kind: FindingKind, said: string, at: Instant): void;
}

/** How many findings of one request are known to be about it. */
const MOST_REPORTED = 20;

/** Reports about one request, which is not in the journal yet. */
export class ReportsOfRequest implements Reports {
  readonly reported: Reported[] = [];
  readonly #findings: Pick<Findings, 'report'>;

  constructor(findings: Pick<Findings, 'report'>) {
    this.#findings = findings;
  }

  report(kind: FindingKind, said: string, at: Instant): Reported {
    const reported = this.#findings.report(kind, said, at);
    if (this.reported.length < MOST_REPORTED) this.reported.push(reported);
    return reported;
  }
}

function keyOf({ kind, message }: Reported): string {
  return `${kind}\n${message}`;
}

/** A finding as the switchboard shows it. */
export function findingView({ place: _, ...finding }: Finding) {
  const { firstSeenAt, lastSeenAt } = finding;
  return { ...finding, firstSeenAt: rfc3339(firstSeenAt), lastSeenAt: rfc3339(lastSeenAt) };
}
