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

it('the state of a world starts with the defaults, and each change keeps the other members', async () => {
  const writes: string[] = [];
  const stored = new StoredText('', async (text) => void writes.push(text));
  expect(parseWorldState(stored.text, 'alice')).toBeNull();

  expect(await changeState(stored, 'alice', FIRST, (before) => [{ mode: 'observe' }, before.mode])).toBe('enforce');
  expect(parseWorldState(stored.text, 'alice')).toEqual({ ...FIRST, mode: 'observe' });
  await changeState(stored, 'alice', FIRST, () => [{ createdAt: 7 }, undefined]);
  expect(parseWorldState(stored.text, 'alice')).toEqual({ ...FIRST, mode: 'observe', createdAt: 7 });
  expect(writes).toHaveLength(2);
});
