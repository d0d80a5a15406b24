import { describe, expect, it } from 'vitest';
import { newBudgets } from '../../src/core/bounded-cache.ts';
import { type Activity, ActivityLog, type Numbered, type SharedActivityLog } from '../../src/journal/activity-log.ts';
import { NO_BODY } from '../../src/journal/entry.ts';
import { eventStream } from '../../src/journal/event-stream.ts';
import { decision } from '../support/records.ts';
import { toySecrets } from './toy-secrets.ts';

const draft = (url: string) => ({
  ...{ at: 0, world: 'default', service: 'runai', operation: 'grant_token', method: 'POST', url, status: 200 },
  ...{
    wouldBe: null,
    principal: null,
    reason: null,
    decision: null,
    explanation: null,
    hints: [],
    fault: null,
    done: true,
    durationMs: 1,
  },
  ...{ requestHeaders: '', requestBody: NO_BODY, responseHeaders: {}, responseBody: NO_BODY },
});

/** An archive in memory, which several chronicles read. */
class Shelf {
  readonly #stored: Numbered[] = [];
  #emptied: { readonly before: number; readonly requests: number } | null = null;
  #requests = 0;

  /** As one process uses it. */
  open(): SharedActivityLog {
    let waiting: Activity[] = [];
    let read = 0;
    return {
      append: (activity) => waiting.push(activity),
      flush: async () => {
        for (const activity of waiting) {
          const request = activity.kind === 'request' ? ++this.#requests : null;
          this.#stored.push({ activity, request, event: this.#stored.length + 1 });
        }
        waiting = [];
      },
      news: async () => {
        const from = read;
        read = this.#stored.length;
        const emptied = this.#emptied !== null && this.#emptied.before >= from ? this.#emptied : null;
        return {
          emptiedAt: emptied?.requests ?? null,
          activities: this.#stored.slice(Math.max(from, emptied?.before ?? 0)),
          findings: [],
        };
      },
      deleteFinding: async (id) => {
        this.#stored.push({ activity: { kind: 'finding-deleted', id }, request: null, event: null });
        return true;
      },
      empty: async () => {
        this.#emptied = { before: this.#stored.length, requests: this.#requests };
      },
    };
  }
}

describe('a chronicle that processes share', () => {
  it('tells each of them everything, in the order in which it was stored', async () => {
    const shelf = new Shelf();
    const [one, other] = [shelf.open(), shelf.open()].map(
      (archive) => new ActivityLog(newBudgets(), 's', toySecrets(), archive),
    );
    one?.request(draft('/one'));
    other?.request(draft('/two'));
    other?.decision(decision('1'));
    await other?.flush();
    await one?.flush();
    await one?.catchUp();
    await other?.catchUp();

    const seen = (activityLog?: ActivityLog) => activityLog?.journal.newestFirst().map(({ id, url }) => [id, url]);
    expect(seen(one)).toEqual([
      ['s-r2', '/one'],
      ['s-r1', '/two'],
    ]);
    expect(seen(other)).toEqual(seen(one));
    expect(one?.decisions.byId('1')).toEqual(decision('1'));
  });

  it('has nothing before it is caught up, and everything after', async () => {
    const shelf = new Shelf();
    const activityLog = new ActivityLog(newBudgets(), 's', toySecrets(), shelf.open());
    activityLog.request(draft('/one'));
    expect(activityLog.journal.newestFirst()).toEqual([]);
    await activityLog.catchUp();
    expect(activityLog.journal.newestFirst()).toHaveLength(1);
  });

  it('is emptied for all; whoever comes later counts on from there', async () => {
    const shelf = new Shelf();
    const [one, other] = [shelf.open(), shelf.open()].map(
      (archive) => new ActivityLog(newBudgets(), 's', toySecrets(), archive),
    );
    one?.request(draft('/one'));
    await one?.catchUp();
    await other?.catchUp();
    await one?.empty();
    await other?.catchUp();
    expect(other?.journal.newestFirst()).toEqual([]);
    other?.request(draft('/two'));
    await other?.flush();
    const late = new ActivityLog(newBudgets(), 's', toySecrets(), shelf.open());
    await late.catchUp();
    expect(late.journal.newestFirst().map(({ id }) => id)).toEqual(['s-r2']);
    expect(late.journal.dropped).toBe(0);
  });

  it('lets a reader resume in one process where it stopped in another', async () => {
    const shelf = new Shelf();
    const [one, other] = [shelf.open(), shelf.open()].map(
      (archive) => new ActivityLog(newBudgets(), 's', toySecrets(), archive),
    );
    for (const number of [1, 2, 3]) one?.event('clock', { number });
    await one?.flush();
    await other?.catchUp();
    if (other === undefined) throw new Error('there are two');
    const stream = eventStream(other.events, 's-e1');
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(String(stream.read()).match(/id: .*/g)).toEqual(['id: s-e2', 'id: s-e3']);
    stream.destroy();
  });
});
