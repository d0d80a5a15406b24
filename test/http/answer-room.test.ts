import { describe, expect, it } from 'vitest';
import { AnswerRoom } from '../../src/http/answer-room.ts';

describe('large responses', () => {
  it('wait for their turn, also if they would fit before an earlier one', async () => {
    const room = new AnswerRoom(10);
    const started: string[] = [];
    const take = async (name: string, bytes: number) => {
      await room.take(bytes);
      started.push(name);
    };
    await take('first', 8);
    const waiting = [take('second', 8), take('small', 1)];
    await Promise.resolve();
    expect(started).toEqual(['first']);

    room.release(8);
    await Promise.all(waiting);
    expect(started).toEqual(['first', 'second', 'small']);
  });

  it('that are larger than all room take all of it', async () => {
    const room = new AnswerRoom(10);

    expect(await room.take(25)).toBe(10);
    room.release(10);
    expect(await room.take(10)).toBe(10);
  });
});
