import type { Position } from '../responses/page.ts';
import { redact } from '../text/redact.ts';
import { type Instant, rfc3339 } from '../time/clock.ts';

/** A kind of warning that no failed request reports. */
export type FindingKind =
  /** a token was issued under one host name of this server and used under another */
  | 'issuer_differs'
  /** a query parameter that the document does not name, and that has no effect, was sent */
  | 'undocumented_query'
  /** an undocumented field was sent that is probably a misspelt one, or asks for something that no answer has */
  | 'undocumented_field'
  /** a documented field decides nothing, and contradicts what does */
  | 'ignored_field'
  /** a key that this mock did not issue, and that may be real, was sent */
  | 'foreign_credential'
  /** the requested path exists only in another version of the vendor's API */
  | 'other_version'
  /** an operation of the vendor was called that no version of the mock emulates */
  | 'not_emulated'
  /** a list without pages has fewer entries than there are, because the vendor's document limits it */
  | 'list_cut'
  /** a stored key allows nothing at all */
  | 'useless_key'
  /** a stored key allows less than it says: a scope, an id or an object in it has no effect */
  | 'limited_key'
  /** a web page of another origin called the mock, and was refused */
  | 'foreign_page'
  /** an answer of the mock does not match its document */
  | 'answer_off_document'
  /** the sources of an answer contradict each other, and the server answers only documented requests */
  | 'contradicted_source'
  /** nothing can be stored, such as on a full disk; or stored data was moved or lost */
  | 'storage'
  /** a client that drops the path of its base URL sent a credential of several worlds, so the default world answered */
  | 'lost_world'
  /** a key that is not accepted was sent to an operation that looks at none */
  | 'key_not_checked'
  /** an error was asked for with `Prefer: code=`, and the world does not allow that */
  | 'ignored_preference'
  /** a fault ended that was never injected: a test that relied on it proves nothing */
  | 'unused_fault';

export interface Finding {
  readonly id: string;
  /** Its place in the list of findings of its world. */
  readonly place: Position;
  readonly kind: FindingKind;
  readonly message: string;
  readonly firstSeenAt: Instant;
  lastSeenAt: Instant;
  count: number;
  /** The id of the latest request that caused it, in the journal; null if none. */
  request: string | null;
}

/** The key of a finding in its world. */
export type Reported = Pick<Finding, 'kind' | 'message'>;

const MAX_FINDINGS = 200;

/** The newest 200 findings of one world. Each is kept once and counted. */
export class Findings {
  /** In the order of their first reports. */
  readonly #byText = new Map<string, Finding>();
  readonly #series: string;
  readonly #notify: (finding: Finding) => void;
  #reported = 0;
  /** Findings kept since the last `clear`, without deleted ones. */
  #kept = 0;
  readonly #hide: (message: string) => string;

  /**
   * @param series prefix of the ids, unique to the world
   * @param notify called with each report
   * @param hide hides the world's secrets in a message
   */
  constructor(
    series = '',
    notify: (finding: Finding) => void = () => {},
    hide: (message: string) => string = (message) => message,
  ) {
    this.#series = series;
    this.#hide = hide;
    this.#notify = notify;
  }

  /** @returns the key of the finding, without credentials and secrets */
  report(kind: FindingKind, said: string, at: Instant): Reported {
    const message = this.#hide(redact(said));
    const reported = { kind, message };
    this.#count(reported, at);
    return reported;
  }

  #count({ kind, message }: Reported, at: Instant): void {
    const known = this.find(kind, message);
    if (known !== undefined) {
      known.lastSeenAt = at;
      known.count += 1;
      this.#notify(known);
      return;
    }
    this.#reported += 1;
    const id = `${this.#series}-n${this.#reported}`;
    const place = [this.#reported] as const;
    this.#notify(this.#put({ id, place, kind, message, firstSeenAt: at, lastSeenAt: at, count: 1, request: null }));
  }

  /** Links findings to the request that caused them, once it is in the journal. */
  concern(reported: readonly Reported[], request: string): void {
    for (const { kind, message } of reported) {
      const found = this.find(kind, message);
      if (found !== undefined) found.request = request;
    }
  }

  find(kind: FindingKind, message: string): Finding | undefined {
    return this.#byText.get(keyOf({ kind, message }));
  }

  #put(finding: Finding): Finding {
    this.#kept += 1;
    this.#byText.set(keyOf(finding), finding);
    const [oldest] = this.#byText.keys();
    if (this.#byText.size > MAX_FINDINGS && oldest !== undefined) this.#byText.delete(oldest);
    return finding;
  }

  /** Newest first. */
  list(): readonly Finding[] {
    return [...this.#byText.values()].reverse();
  }

  /** @returns whether it existed */
  delete(id: string): boolean {
    const found = [...this.#byText.values()].find((one) => one.id === id);
    if (found === undefined) return false;
    this.#byText.delete(keyOf(found));
    this.#kept -= 1;
    return true;
  }

  /** Findings evicted since the last `clear`. */
  get dropped(): number {
    return this.#kept - this.#byText.size;
  }

  clear(): void {
    this.#byText.clear();
    this.#kept = 0;
  }
}

/** Accepts findings. */
export interface Reports {
  report(kind: FindingKind, said: string, at: Instant): void;
}

/** How many findings are linked to one request. */
const MAX_REPORTED = 20;

/** Collects the findings of one request until it is in the journal. */
export class ReportsOfRequest implements Reports {
  readonly reported: Reported[] = [];
  readonly #findings: Pick<Findings, 'report'>;

  constructor(findings: Pick<Findings, 'report'>) {
    this.#findings = findings;
  }

  report(kind: FindingKind, said: string, at: Instant): Reported {
    const reported = this.#findings.report(kind, said, at);
    if (this.reported.length < MAX_REPORTED) this.reported.push(reported);
    return reported;
  }
}

function keyOf({ kind, message }: Reported): string {
  return `${kind}\n${message}`;
}

/** A finding as the control API returns it. */
export function findingView({ place: _, ...finding }: Finding) {
  const { firstSeenAt, lastSeenAt } = finding;
  return { ...finding, firstSeenAt: rfc3339(firstSeenAt), lastSeenAt: rfc3339(lastSeenAt) };
}
