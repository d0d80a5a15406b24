import type { Position } from '../responses/page.ts';
import { redact } from '../text/redact.ts';
import { type Instant, rfc3339 } from '../time/clock.ts';

/** A kind of warning that no failed request reports. */
export type FindingKind =
  /** a token was issued at one host name of this server and used at another */
  | 'issuer_differs'
  /** an undocumented query parameter was sent, and had no effect */
  | 'undocumented_query'
  /** an undocumented field was sent that is probably misspelt, or requests something that no response has */
  | 'undocumented_field'
  /** a documented field has no effect, and contradicts the field that has */
  | 'ignored_field'
  /** a key was sent that this mock did not issue, and that may be real */
  | 'foreign_credential'
  /** the requested path exists only in another version of the vendor's API */
  | 'other_version'
  /** a vendor operation was called that no version of the mock emulates */
  | 'not_emulated'
  /** an unpaged list was truncated to the limit in the vendor's document */
  | 'list_cut'
  /** a stored key allows nothing */
  | 'useless_key'
  /** a stored key allows less than it appears to: a scope, an id or an object in it has no effect */
  | 'limited_key'
  /** a web page of another origin called the mock, and was refused */
  | 'foreign_page'
  /** a response of the mock does not match its document */
  | 'answer_off_document'
  /** data cannot be stored, such as on a full disk; or stored data was moved or lost */
  | 'storage'
  /** a client that drops the path of its base URL sent a credential of several worlds, so the default world answered */
  | 'lost_world'
  /** an invalid key was sent to an operation that does not check keys */
  | 'key_not_checked'
  /** a fault was never injected before it ended, so a test that relied on it proves nothing */
  | 'unused_fault';

export interface Finding {
  readonly id: string;
  /** Position in the world's list of findings. */
  readonly position: Position;
  readonly kind: FindingKind;
  readonly message: string;
  readonly firstSeenAt: Instant;
  lastSeenAt: Instant;
  count: number;
  /** The journal id of the latest request that caused the finding; null if there is none. */
  request: string | null;
}

/** The key of a finding in its world. */
export type FindingKey = Pick<Finding, 'kind' | 'message'>;

const MAX_FINDINGS = 200;

/** The newest 200 findings of one world, deduplicated and counted. */
export class Findings {
  /** In the order of their first reports. */
  readonly #byText = new Map<string, Finding>();
  readonly #series: string;
  readonly #notify: (finding: Finding) => void;
  #reportedCount = 0;
  /** Findings since the last `clear`, without deleted ones. */
  #totalCount = 0;
  readonly #hide: (message: string) => string;

  /**
   * @param series prefix of the ids, unique to the world
   * @param notify called for each report
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
  report(kind: FindingKind, raw: string, at: Instant): FindingKey {
    const message = this.#hide(redact(raw));
    const reported = { kind, message };
    this.#count(reported, at);
    return reported;
  }

  #count({ kind, message }: FindingKey, at: Instant): void {
    const existing = this.find(kind, message);
    if (existing !== undefined) {
      existing.lastSeenAt = at;
      existing.count += 1;
      this.#notify(existing);
      return;
    }
    this.#reportedCount += 1;
    const id = `${this.#series}-n${this.#reportedCount}`;
    const position = [this.#reportedCount] as const;
    this.#notify(this.#put({ id, position, kind, message, firstSeenAt: at, lastSeenAt: at, count: 1, request: null }));
  }

  /** Links findings to the request that caused them, once it is in the journal. */
  linkToRequest(reported: readonly FindingKey[], request: string): void {
    for (const { kind, message } of reported) {
      const finding = this.find(kind, message);
      if (finding !== undefined) finding.request = request;
    }
  }

  find(kind: FindingKind, message: string): Finding | undefined {
    return this.#byText.get(keyOf({ kind, message }));
  }

  #put(finding: Finding): Finding {
    this.#totalCount += 1;
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
    const finding = [...this.#byText.values()].find((candidate) => candidate.id === id);
    if (finding === undefined) return false;
    this.#byText.delete(keyOf(finding));
    this.#totalCount -= 1;
    return true;
  }

  /** Findings evicted since the last `clear`. */
  get droppedCount(): number {
    return this.#totalCount - this.#byText.size;
  }

  clear(): void {
    this.#byText.clear();
    this.#totalCount = 0;
  }
}

export interface FindingReporter {
  report(kind: FindingKind, raw: string, at: Instant): void;
}

/** Maximum number of findings linked to one request. */
const MAX_LINKED_FINDINGS = 20;

/** Collects the findings of one request until it is in the journal. */
export class RequestFindings implements FindingReporter {
  readonly reported: FindingKey[] = [];
  readonly #findings: Pick<Findings, 'report'>;

  constructor(findings: Pick<Findings, 'report'>) {
    this.#findings = findings;
  }

  report(kind: FindingKind, raw: string, at: Instant): FindingKey {
    const reported = this.#findings.report(kind, raw, at);
    if (this.reported.length < MAX_LINKED_FINDINGS) this.reported.push(reported);
    return reported;
  }
}

function keyOf({ kind, message }: FindingKey): string {
  return `${kind}\n${message}`;
}

export function viewFinding({ position: _, ...finding }: Finding) {
  const { firstSeenAt, lastSeenAt } = finding;
  return { ...finding, firstSeenAt: rfc3339(firstSeenAt), lastSeenAt: rfc3339(lastSeenAt) };
}
