import { describe, expect, it } from 'vitest';
import { StoredText } from '../../src/store/stored-text.ts';

/** A state whose writes end when the test says so. */
function stateOf(text: string) {
  const writes: { readonly text: string; end(fault?: Error): void }[] = [];
  const state = new StoredText(
    text,
    (next) =>
      new Promise<void>((resolve, reject) => {
        writes.push({ text: next, end: (fault) => (fault === undefined ? resolve() : reject(fault)) });
      }),
  );
  const written = () => writes.map((write) => write.text);
  return { state, written, end: (index: number, fault?: Error) => writes[index]?.end(fault) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const append = (more: string) => (before: string) => [before + more, before] as const;

describe('the state of a world', () => {
  it('is stored before it is seen', async () => {
    const { state, written, end } = stateOf('a');
    const update = state.update(append('b'));
    await settled();
    expect([state.text, written()]).toEqual(['a', ['ab']]);
    end(0);
    expect(await update).toBe('a');
    expect(state.text).toBe('ab');
  });

  it('is changed by one after the other, each on the result of the one before', async () => {
    const { state, written, end } = stateOf('');
    const updates = Promise.all(['a', 'b', 'c'].map((more) => state.update(append(more))));
    for (const [index, texts] of [['a'], ['a', 'ab'], ['a', 'ab', 'abc']].entries()) {
      await settled();
      expect(written()).toEqual(texts);
      end(index);
    }
    expect(await updates).toEqual(['', 'a', 'ab']);
    expect(state.text).toBe('abc');
  });

  it('stays as it was if it cannot be stored, and the next change begins there', async () => {
    const { state, written, end } = stateOf('a');
    const [lost, stored] = [state.update(append('b')), state.update(append('c'))];
    await settled();
    end(0, new Error('full'));
    await expect(lost).rejects.toThrow('full');
    expect(state.text).toBe('a');
    await settled();
    end(1);
    expect(await stored).toBe('a');
    expect(written()).toEqual(['ab', 'ac']);
    expect(state.text).toBe('ac');
  });

  it('stays as it was if a change fails', async () => {
    const { state, written, end } = stateOf('a');
    const fail = () => {
      throw new Error('not like that');
    };
    await expect(state.update(fail)).rejects.toThrow('not like that');
    const update = state.update(append('b'));
    await settled();
    end(0);
    await update;
    expect([state.text, written()]).toEqual(['ab', ['ab']]);
  });

  it('is not written if it stays the same', async () => {
    const { state, written } = stateOf('a');
    expect(await state.update((before) => [before, 7])).toBe(7);
    expect(written()).toEqual([]);
  });
});
