import { describe, expect, it } from 'vitest';
import { EventText, type SentEvent } from '../../src/library/event-text.ts';

/** The events of a text that arrives in these pieces. */
function eventsOf(...pieces: readonly string[]): SentEvent[] {
  const text = new EventText();
  return pieces.flatMap((piece) => text.read(piece));
}

const event = (id: string, type: string, data: string): SentEvent => ({ id, type, data });

describe('server-sent events', () => {
  it.each([
    ['end with an empty line', 'id: 1\nevent: clock\ndata: {}\n\n', [event('1', 'clock', '{}')]],
    ['may have lines that end with CR LF', 'id: 1\r\ndata: a\r\n\r\n', [event('1', 'message', 'a')]],
    ['may have lines that end with CR', 'id: 1\rdata: a\r\r', [event('1', 'message', 'a')]],
    ['may have lines that end in each way', 'data: a\rdata: b\r\ndata: c\n\r', [event('', 'message', 'a\nb\nc')]],
    ['may have comments before and within', ': hello\n\ndata: a\n:\n: b\ndata: c\n\n', [event('', 'message', 'a\nc')]],
    ['lose one space behind the colon', 'data:  a\ndata:b\n\n', [event('', 'message', ' a\nb')]],
    ['have colons in their values', 'data: {"a": 1}\n\n', [event('', 'message', '{"a": 1}')]],
    ['without data are none, but set the id', 'id: 7\nevent: x\n\ndata: a\n\n', [event('7', 'message', 'a')]],
    ['may have empty data', 'data\n\ndata:\n\n', [event('', 'message', ''), event('', 'message', '')]],
    [
      'keep the id of the one before',
      'id: 1\ndata: a\n\ndata: b\n\n',
      [event('1', 'message', 'a'), event('1', 'message', 'b')],
    ],
    [
      'have no id with a NUL',
      'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
      [event('1', 'message', 'a'), event('1', 'message', 'b')],
    ],
    ['may have fields that nobody knows', 'retry: 5\ncolour: red\n data: x\ndata: a\n\n', [event('', 'message', 'a')]],
    ['that do not end are none', 'data: a\n\ndata: b\n', [event('', 'message', 'a')]],
  ])('%s', (_what, text, expected) => {
    expect(eventsOf(text)).toEqual(expected);
    expect(eventsOf(...text), 'in pieces of one character').toEqual(expected);
    for (let cut = 1; cut < text.length; cut += 1)
      expect(eventsOf(text.slice(0, cut), text.slice(cut))).toEqual(expected);
  });

  it('may have many pieces: time grows as their length does', () => {
    const text = new EventText();
    for (let index = 0; index < 100_000; index += 1) text.read('data: 0123456789\n'.repeat(2).slice(0, 17));
    const [one] = text.read('\n');

    expect(one?.data).toHaveLength(100_000 * 11 - 1);
  });

  it('are refused if one is too long, in one line or in many, and not because they are many', () => {
    const mega = 'x'.repeat(1024 * 1024);
    const reading = (piece: string, times: number) => () => {
      const text = new EventText();
      for (let index = 0; index < times; index += 1) text.read(piece);
    };

    expect(reading(mega, 17)).toThrow('longer than 16777216 characters');
    expect(reading(`data: ${mega}\n`, 17)).toThrow('longer than');
    expect(reading(`data: ${mega}\n\n`, 17)).not.toThrow();
  });
});
