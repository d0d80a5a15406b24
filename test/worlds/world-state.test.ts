import { expect, it } from 'vitest';
import { StoredText } from '../../src/store/stored-text.ts';
import { changeState, parseWorldState, type WorldState } from '../../src/worlds/world-state.ts';

const FIRST: WorldState = {
  mode: 'enforce',
  prefer: false,
  faults: [],
  begunMode: 'enforce',
  begunPrefer: false,
};

it('the state of a world begins as the server says, and each change keeps the rest', async () => {
  const texts: string[] = [];
  const kept = new StoredText('', async (text) => void texts.push(text));
  expect(parseWorldState(kept.text)).toBeNull();

  expect(await changeState(kept, FIRST, (before) => [{ mode: 'observe' }, before.mode])).toBe('enforce');
  expect(parseWorldState(kept.text)).toEqual({ ...FIRST, mode: 'observe' });
  await changeState(kept, FIRST, () => [{ createdAt: 7 }, undefined]);
  expect(parseWorldState(kept.text)).toEqual({ ...FIRST, mode: 'observe', createdAt: 7 });
  expect(texts).toHaveLength(2);
});
