import { describe, expect, it } from 'vitest';
import { ActivityLog, createActivityBudgets } from '../../src/journal/activity-log.ts';
import type { Draft } from '../../src/journal/entry.ts';
import type { PublishedEvent } from '../../src/journal/event-stream.ts';
import { decision } from '../support/records.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const createDraft = (url: string, parts: Partial<Draft> = {}): Draft => toyDraft({ url, ...parts });
const createLog = () => new ActivityLog(createActivityBudgets(), 's', toySecrets());
const listRequests = ({ journal }: ActivityLog) => journal.newestFirst().map(({ id, url }) => [id, url]);

describe('the activity log of a world', () => {
  it('is cleared at once, and continues its numbers', () => {
    const log = createLog();
    log.recordRequest(createDraft('/one'));
    log.recordDecision(decision('1'));
    log.clear();
    expect([listRequests(log), log.decisions.list({}), log.uses.list()]).toEqual([[], [], []]);

    log.recordRequest(createDraft('/two'));
    expect(listRequests(log)).toEqual([['s-r2', '/two']]);
    expect([log.journal.droppedCount, log.decisions.droppedCount]).toEqual([0, 0]);
  });

  it('sends requests, decisions and other events to listeners, in their order', async () => {
    const log = createLog();
    log.recordRequest(createDraft('/unheard'));
    const events: PublishedEvent[] = [];
    const stop = log.events.listen({ onEvent: (event) => events.push(event), onEnd: () => {} });
    log.recordRequest(createDraft('/one'));
    log.recordDecision(decision('1'));
    log.publishEvent('clock', { number: 1 });
    stop();
    log.publishEvent('clock', { number: 2 });

    expect(events.map(({ kind }) => kind)).toEqual(['request', 'decision', 'clock']);
    expect(await Promise.all(events.map(({ read }) => read()))).toEqual([
      expect.objectContaining({ id: 's-r2', path: '/one' }),
      expect.objectContaining({ id: '1' }),
      { number: 1 },
    ]);
  });

  it('has no data of an event after its request or decision was deleted', async () => {
    const log = createLog();
    const events: PublishedEvent[] = [];
    log.events.listen({ onEvent: (event) => events.push(event), onEnd: () => {} });
    log.recordRequest(createDraft('/one'));
    log.recordDecision(decision('1'));
    log.clear();

    expect(await Promise.all(events.map(({ read }) => read()))).toEqual([null, null]);
  });

  it('ends its streams and clears its requests when its world ends, and frees the rest when it is closed', () => {
    const log = createLog();
    let ended = 0;
    log.events.listen({ onEvent: () => {}, onEnd: () => (ended += 1) });
    log.recordRequest(createDraft('/one'));
    log.recordDecision(decision('1'));
    log.end('deleted');
    expect([ended, listRequests(log), log.decisions.list({}).length]).toEqual([1, [], 1]);
    log.close();
    expect(log.decisions.list({})).toEqual([]);
  });

  it('reuses the text of equal headers of successive requests', () => {
    const log = createLog();
    expect(log.joinHeaders(['Host', 'mock'])).toBe('Host\nmock');
    expect(log.joinHeaders(['Host', 'mock'])).toBe('Host\nmock');
    expect(log.joinHeaders(['Host', 'mock', 'Accept', '*/*'])).toBe('Host\nmock\nAccept\n*/*');
    expect(log.joinHeaders(['Host', 'other', 'Accept', '*/*'])).toBe('Host\nother\nAccept\n*/*');
  });
});
