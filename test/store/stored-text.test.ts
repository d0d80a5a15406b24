import { describe, expect, it } from 'vitest';
import { StoredText } from '../../src/store/stored-text.ts';

/** Creates a text whose writes the test ends. */
function createStoredText(text: string) {
  const writes: { readonly text: string; end(fault?: Error): void }[] = [];
  const state = new StoredText(
    text,
    (next) =>
      new Promise<void>((resolve, reject) => {
        writes.push({ text: next, end: (fault) => (fault === undefined ? resolve() : reject(fault)) });
      }),
  );
  const listWritten = () => writes.map((write) => write.text);
  return { state, listWritten, end: (index: number, fault?: Error) => writes[index]?.end(fault) };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const append = (more: string) => (before: string) => [before + more, before] as const;

describe('the state of a world', () => {
  it('is stored before it is visible', async () => {
    const { state, listWritten, end } = createStoredText('a');
    const update = state.update(append('b'));
    await settle();
    expect([state.text, listWritten()]).toEqual(['a', ['ab']]);
    end(0);
    expect(await update).toBe('a');
    expect(state.text).toBe('ab');
  });

  it('is changed by concurrent updates in order, each on the previous result', async () => {
    const { state, listWritten, end } = createStoredText('');
    const updates = Promise.all(['a', 'b', 'c'].map((more) => state.update(append(more))));
    for (const [index, texts] of [['a'], ['a', 'ab'], ['a', 'ab', 'abc']].entries()) {
      await settle();
      expect(listWritten()).toEqual(texts);
      end(index);
    }
    expect(await updates).toEqual(['', 'a', 'ab']);
    expect(state.text).toBe('abc');
  });

  it('stays unchanged if a write fails, and the next update starts from it', async () => {
    const { state, listWritten, end } = createStoredText('a');
    const [lost, stored] = [state.update(append('b')), state.update(append('c'))];
    await settle();
    end(0, new Error('full'));
    await expect(lost).rejects.toThrow('full');
    expect(state.text).toBe('a');
    await settle();
    end(1);
    expect(await stored).toBe('a');
    expect(listWritten()).toEqual(['ab', 'ac']);
    expect(state.text).toBe('ac');
  });

  it('stays unchanged if an update throws', async () => {
    const { state, listWritten, end } = createStoredText('a');
    const fail = () => {
      throw new Error('not like that');
    };
    await expect(state.update(fail)).rejects.toThrow('not like that');
    const update = state.update(append('b'));
    await settle();
    end(0);
    await update;
    expect([state.text, listWritten()]).toEqual(['ab', ['ab']]);
  });

  it('is not written by an update without a change', async () => {
    const { state, listWritten } = createStoredText('a');
    expect(await state.update((before) => [before, 7])).toBe(7);
    expect(listWritten()).toEqual([]);
  });
});
