import type { Decision } from '../decisions/decision.ts';
import { formatCount } from '../text/count.ts';
import type { Decisions } from './decisions.ts';
import { answerTimeOf, type JournalEntry } from './entry.ts';
import type { Journal } from './journal.ts';
import { findSentHeader, pathOf } from './view.ts';

/** A request with its decision, as input for drills. */
export interface JudgedRequest {
  readonly entry: JournalEntry;
  readonly decision: Decision;
  /** Without the query. */
  readonly path: string;
  /** The parsed body; undefined if it is missing. */
  body(): unknown;
  /** Returns a header by lower-case name. The value may be a secret. */
  header(name: string): string | undefined;
}

/** How a drill judges the client by its requests. */
export interface Watch {
  /** Returns whether the drill refused the request. */
  readonly isRefused: (seen: JudgedRequest) => boolean;
  /**
   * Identifies what a correct client does not send again after such a refusal: requests with equal texts are the same.
   * Default: the method and path.
   */
  readonly subject?: (seen: JudgedRequest) => string;
  /** What a correct client sends in the end. Absent: it only stops. */
  readonly cure?: {
    /** As the subject of a sentence. */
    readonly name: string;
    readonly matches: (seen: JudgedRequest) => boolean;
  };
}

/** What the requests prove so far. */
export interface Verdict {
  /** `waiting`: nothing yet. `passed` becomes `failed` with the first mistake. */
  readonly result: 'waiting' | 'passed' | 'failed';
  readonly sentence: string;
  /** The ids of the requests that prove it, oldest first. */
  readonly requests: readonly string[];
}

/** The latest run of each drill that judges the client, until its requests are deleted. */
export class Watches {
  readonly #journal: Journal;
  readonly #decisions: Decisions;
  readonly #running = new Map<string, { readonly watch: Watch; readonly since: number }>();

  constructor(journal: Journal, decisions: Decisions) {
    this.#journal = journal;
    this.#decisions = decisions;
  }

  /** Judges requests from now on. */
  start(drill: string, watch: Watch): void {
    this.#running.set(drill, { watch, since: this.#journal.recordedCount });
  }

  /** By drill name. */
  verdicts(): ReadonlyMap<string, Verdict> {
    if (this.#running.size === 0) return new Map();
    const requests = this.newestFirst().toReversed();
    return new Map(
      [...this.#running].map(([drill, { watch, since }]) => {
        const later = requests.filter(({ entry }) => entry.number > since);
        return [drill, judgeRequests(watch, later)];
      }),
    );
  }

  /** Returns the requests whose decision is kept. */
  newestFirst(): readonly JudgedRequest[] {
    const decisions = new Map(this.#decisions.list({}).map(({ decision }) => [decision.id, decision]));
    return this.#journal.newestFirst().flatMap((entry) => {
      const decision = decisions.get(entry.decision ?? '');
      if (decision === undefined) return [];
      const body = () => this.#journal.factsOf(entry).body();
      return [{ entry, decision, path: pathOf(entry.url), body, header: (name) => findSentHeader(entry, name) }];
    });
  }

  clear(): void {
    this.#running.clear();
  }
}

/** @param requests oldest first */
export function judgeRequests(
  { isRefused, subject = methodAndPath, cure }: Watch,
  requests: readonly JudgedRequest[],
): Verdict {
  const refused: JudgedRequest[] = [];
  const mistakes = new Set<JudgedRequest>();
  /** The first answered refusal of each subject. */
  const first = new Map<string, JudgedRequest>();
  for (const request of requests) {
    // A fault responds for other reasons.
    if (request.entry.fault !== null || !isRefused(request)) continue;
    refused.push(request);
    const text = subject(request);
    const earlier = first.get(text);
    // Concurrent requests cannot know each other's responses.
    if (earlier !== undefined && request.entry.startedAt >= answerTimeOf(earlier.entry))
      mistakes.add(earlier).add(request);
    if (earlier === undefined || answerTimeOf(request.entry) < answerTimeOf(earlier.entry)) first.set(text, request);
  }
  if (mistakes.size > 0) {
    const repeated = refused.filter((request) => mistakes.has(request));
    return createVerdict('failed', 'A request was sent again after its refusal.', repeated);
  }
  const cured = cure === undefined ? undefined : requests.find(cure.matches);
  if (cure !== undefined && cured !== undefined)
    return createVerdict('passed', `${cure.name} was sent.`, [...refused, cured]);
  if (refused.length === 0) return createVerdict('waiting', 'The drill has not refused a request yet.', []);
  const met = `The drill has refused ${formatCount(refused.length, 'request')}.`;
  if (cure !== undefined) return createVerdict('waiting', `${met} ${cure.name} has not been sent yet.`, refused);
  return createVerdict('passed', `${met} None was sent again.`, refused);
}

function methodAndPath({ entry, path }: JudgedRequest): string {
  return `${entry.method} ${path}`;
}

function createVerdict(result: Verdict['result'], sentence: string, requests: readonly JudgedRequest[]): Verdict {
  return { result, sentence, requests: requests.map(({ entry }) => entry.id) };
}
