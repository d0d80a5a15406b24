import { type Instant, rfc3339 } from '../core/clock.ts';
import type { Decision } from '../core/decision.ts';
import { type Finding, type FindingKind, Findings, findingView } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import type { Quota } from '../core/quota.ts';
import { type Note, Uses } from '../core/uses.ts';
import { clearInterval, setInterval } from '../machine/time.ts';
import { Decisions } from './decisions.ts';
import type { Draft } from './entry.ts';
import { type EventKind, Events } from './events.ts';
import { Journal, type WorldEnd } from './journal.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';
import { summaryOf, withoutSecrets } from './view.ts';

/** Something that happened in a world; what is written of it must be read the same later (`app/archive.ts`). */
export type Happening =
  | { readonly kind: 'request'; readonly draft: Draft }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'finding'; readonly finding: { readonly kind: FindingKind; readonly message: string } }
  /** Somebody deleted a finding. */
  | { readonly kind: 'finding-deleted'; readonly id: string }
  /** A credential was used for something for the first time. */
  | { readonly kind: 'use'; readonly use: Note }
  /** Whatever else is told to those who watch. */
  | { readonly kind: 'event'; readonly event: EventKind; readonly data: object };

/** A happening, with its places in the order that all processes have in common. */
export interface Numbered {
  /** Null if it has been forgotten. */
  readonly happening: Happening | null;
  /** Of a request, among all requests of its world, from 1. */
  readonly request: number | null;
  /** Among everything that is told to those who watch, from 1. */
  readonly event: number | null;
}

/** What a world has to tell, to a process that read it last a while ago or never. */
export interface News {
  /** It was emptied since then: how many requests there had been, and decisions of these are gone as well. */
  readonly emptiedAt: number | null;
  /** Oldest first. */
  readonly happenings: readonly Numbered[];
  /** As they are now, those that changed. */
  readonly findings: readonly Finding[];
}

/** Where a world's happenings go that several processes share, in place of the process's own memory. */
export interface Archive {
  /** To be stored with the next `flush`. @param at by the clock of the world */
  append(happening: Happening, at: Instant): void;
  /** Stores what was appended: from then on, everybody can read it. */
  flush(): Promise<void>;
  /** What all processes have stored since the last call, in the order in which it was stored. */
  news(): Promise<News>;
  /** Deletes a finding for all. @returns whether there was one */
  deleteFinding(id: string): Promise<boolean>;
  /** Empties it for all. */
  empty(): Promise<void>;
}

/** How often a process looks for news while somebody waits for them, in milliseconds. */
const LOOK_MS = 50;

/**
 * Everything that happened in one world, in one order: what its requests were, what was decided about them, what a person
 * should know, what credentials were used for. A process that has the world to itself keeps it in its memory. Processes
 * that share the world keep it in an archive, and each reads what is new there when somebody asks.
 */
export class Chronicle {
  readonly secrets: KnownSecrets;
  readonly journal: Journal;
  readonly decisions: Decisions;
  readonly findings: Findings;
  readonly uses: Uses;
  readonly events: Events;
  /** For what verifications look for while they wait, in all worlds. */
  readonly verifications: Quota;
  readonly #archive: Archive | null;
  #reading: Promise<void> = Promise.resolve();
  #followers = 0;
  #looking: ReturnType<typeof setInterval> | undefined;

  /** @param series begins the ids of requests and events: no two worlds have the same one */
  constructor(budgets: Budgets, series: string, secrets: KnownSecrets, archive: Archive | null = null) {
    this.#archive = archive;
    this.secrets = secrets;
    this.journal = new Journal(budgets.requests, series, secrets);
    this.decisions = new Decisions(budgets.decisions);
    this.events = new Events(series);
    this.verifications = budgets.verifications;
    const told = (finding: Finding) => this.events.publish('finding', () => findingView(finding));
    this.findings = new Findings(
      budgets.findings,
      series,
      archive === null ? told : () => {},
      archive === null ? null : (finding, at) => archive.append({ kind: 'finding', finding }, at),
      (message) => hideInLine(message, secrets),
    );
    this.uses = new Uses(budgets.uses, archive === null ? null : (use) => archive.append({ kind: 'use', use }, 0));
  }

  /** Is it kept where other processes can read it? */
  get isShared(): boolean {
    return this.#archive !== null;
  }

  request(draft: Draft): void {
    if (this.#archive === null) this.#keepRequest(draft);
    else this.#archive.append({ kind: 'request', draft: withoutSecrets(draft, this.secrets) }, draft.at);
  }

  decision(decision: Decision): void {
    if (this.#archive === null) this.#keepDecision(decision);
    else this.#archive.append({ kind: 'decision', decision }, decision.at);
  }

  /** @param data what is told of it */
  event(event: EventKind, data: object): void {
    if (this.#archive === null) this.events.publish(event, () => data);
    else this.#archive.append({ kind: 'event', event, data }, 0);
  }

  /** From then on everybody can read what was told up to now. */
  async flush(): Promise<void> {
    await this.#archive?.flush();
  }

  /** Reads what other processes have told. */
  async catchUp(): Promise<void> {
    const archive = this.#archive;
    if (archive === null) return;
    const read = async () => {
      await archive.flush();
      this.#take(await archive.news());
    };
    // One after the other, because each begins where the last one ended.
    this.#reading = this.#reading.then(read, read);
    await this.#reading;
  }

  /**
   * Reads what other processes tell as soon as it is there, for those who wait for it.
   *
   * @returns a function that ends it
   */
  follow(): () => void {
    if (this.#archive === null) return () => {};
    this.#followers += 1;
    // What cannot be read now is read the next time.
    this.#looking ??= setInterval(() => this.catchUp().catch(() => {}), LOOK_MS).unref();
    return () => {
      this.#followers -= 1;
      if (this.#followers > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    };
  }

  /** @returns whether there was one */
  async deleteFinding(id: string): Promise<boolean> {
    if (this.#archive === null) return this.findings.delete(id);
    const wasThere = await this.#archive.deleteFinding(id);
    await this.catchUp();
    return wasThere;
  }

  /** Forgets everything but the events; whoever waits for a request is told so. */
  async empty(): Promise<void> {
    if (this.#archive === null) return this.#forget();
    await this.#archive.empty();
    await this.catchUp();
  }

  /** Nobody waits any longer for something to happen, and nothing is remembered. */
  end(why: WorldEnd): void {
    clearInterval(this.#looking);
    this.journal.end(why);
    this.events.end();
  }

  /** Lets go of what it remembers, once it has ended. */
  close(): void {
    this.findings.clear();
    this.uses.clear();
    this.decisions.clear();
  }

  #forget(requests?: number): void {
    this.journal.empty(requests);
    this.decisions.clear();
    this.findings.clear();
    this.uses.clear();
  }

  #take({ emptiedAt, happenings, findings }: News): void {
    if (emptiedAt !== null) this.#forget(emptiedAt);
    // A finding that was deleted and reported again since then is among the findings.
    for (const { happening } of happenings) {
      if (happening?.kind === 'finding-deleted') this.findings.delete(happening.id);
    }
    for (const finding of findings) this.findings.put(finding);
    for (const { happening, request, event } of happenings) this.#takeOne(happening, request, event);
  }

  #takeOne(happening: Happening | null, request: number | null, number: number | null): void {
    if (happening === null) {
      if (number !== null) this.events.publish('world', () => null, number);
      return;
    }
    const { kind } = happening;
    const event = number ?? undefined;
    if (kind === 'request') this.#keepRequest(happening.draft, request ?? undefined, event);
    else if (kind === 'decision') this.#keepDecision(happening.decision, event);
    else if (kind === 'finding') this.events.publish('finding', () => this.#shown(happening.finding), event);
    else if (kind === 'use') this.uses.take(happening.use);
    else if (kind === 'event') this.events.publish(happening.event, () => happening.data, event);
  }

  #shown({ kind, message }: Pick<Finding, 'kind' | 'message'>): object | null {
    const found = this.findings.find(kind, message);
    return found === undefined ? null : findingView(found);
  }

  #keepRequest(draft: Draft, request?: number, event?: number): void {
    const { journal, events } = this;
    const number = journal.record(draft, request);
    if (draft.reported !== undefined) this.findings.concern(draft.reported, journal.idOf(number));
    if (events.isWatched || event !== undefined) events.publish('request', () => summaryOf(journal, number), event);
  }

  #keepDecision(decision: Decision, event?: number): void {
    const { decisions, events } = this;
    const { id } = decision;
    decisions.record(decision, event);
    if (events.isWatched || event !== undefined)
      events.publish('decision', () => decisionSummary(decisions, id), event);
  }
}

/** What is told of a decision as it is made; null if it is not kept any more. */
function decisionSummary(decisions: Decisions, id: string): object | null {
  const decision = decisions.byId(id);
  if (decision === null) return null;
  const { at, service, operation, request, effect, principal, reason } = decision;
  return { id, at: rfc3339(at), service, operation, request, effect, principal, reason };
}
