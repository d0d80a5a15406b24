import type { Decision } from '../decisions/decision.ts';
import { countOf } from '../text/count.ts';
import type { Decisions } from './decisions.ts';
import { answeredAt, type JournalEntry } from './entry.ts';
import type { Journal } from './journal.ts';
import { pathOf, sentHeader } from './view.ts';

/** A request with its decision, as input for drills. */
export interface Seen {
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
  /** Was the request refused because of the drill? */
  readonly isRefused: (seen: Seen) => boolean;
  /**
   * Identifies what a correct client does not send again after such a refusal: requests with equal texts are the same.
   * Default: the method and path.
   */
  readonly subject?: (seen: Seen) => string;
  /** What a correct client sends in the end. Absent: it only stops. */
  readonly cure?: {
    /** As the subject of a sentence. */
    readonly name: string;
    readonly matches: (seen: Seen) => boolean;
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
  begin(drill: string, watch: Watch): void {
    this.#running.set(drill, { watch, since: this.#journal.recorded });
  }

  /** By drill name. */
  verdicts(): ReadonlyMap<string, Verdict> {
    if (this.#running.size === 0) return new Map();
    const seen = this.newestFirst().toReversed();
    return new Map(
      [...this.#running].map(([drill, { watch, since }]) => {
        const later = seen.filter(({ entry }) => entry.number > since);
        return [drill, verdictOf(watch, later)];
      }),
    );
  }

  /** Returns the requests whose decision is kept. */
  newestFirst(): readonly Seen[] {
    const decisions = new Map(this.#decisions.list({}).map(({ decision }) => [decision.id, decision]));
    return this.#journal.newestFirst().flatMap((entry) => {
      const decision = decisions.get(entry.decision ?? '');
      if (decision === undefined) return [];
      const body = () => this.#journal.factsOf(entry).body();
      return [{ entry, decision, path: pathOf(entry.url), body, header: (name) => sentHeader(entry, name) }];
    });
  }

  clear(): void {
    this.#running.clear();
  }
}

/** @param requests oldest first */
export function verdictOf({ isRefused, subject = methodAndPath, cure }: Watch, requests: readonly Seen[]): Verdict {
  const refused: Seen[] = [];
  const mistakes = new Set<Seen>();
  /** The first answered refusal of each subject. */
  const first = new Map<string, Seen>();
  for (const seen of requests) {
    // A fault or observe mode responds for other reasons.
    if (seen.entry.fault !== null || seen.decision.enforced === false || !isRefused(seen)) continue;
    refused.push(seen);
    const what = subject(seen);
    const earlier = first.get(what);
    // Concurrent requests cannot know each other's responses.
    if (earlier !== undefined && seen.entry.startedAt >= answeredAt(earlier.entry)) mistakes.add(earlier).add(seen);
    if (earlier === undefined || answeredAt(seen.entry) < answeredAt(earlier.entry)) first.set(what, seen);
  }
  if (mistakes.size > 0) {
    const shown = refused.filter((seen) => mistakes.has(seen));
    return verdict('failed', 'A request was sent again after its refusal.', shown);
  }
  const cured = cure === undefined ? undefined : requests.find(cure.matches);
  if (cure !== undefined && cured !== undefined)
    return verdict('passed', `${cure.name} was sent.`, [...refused, cured]);
  if (refused.length === 0) return verdict('waiting', 'The drill has not refused a request yet.', []);
  const met = `The drill has refused ${countOf(refused.length, 'request')}.`;
  if (cure !== undefined) return verdict('waiting', `${met} ${cure.name} has not been sent yet.`, refused);
  return verdict('passed', `${met} None was sent again.`, refused);
}

function methodAndPath({ entry, path }: Seen): string {
  return `${entry.method} ${path}`;
}

function verdict(result: Verdict['result'], sentence: string, requests: readonly Seen[]): Verdict {
  return { result, sentence, requests: requests.map(({ entry }) => entry.id) };
}
