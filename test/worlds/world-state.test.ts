import { expect, it } from 'vitest';
import { StoredText } from '../../src/store/stored-text.ts';
import { changeState, parseWorldState } from '../../src/worlds/world.ts';

it('the state of a world starts without faults, and each change keeps the other members', async () => {
  const writes: string[] = [];
  const stored = new StoredText('', async (text) => void writes.push(text));
  expect(parseWorldState(stored.text, 'alice')).toBeNull();

  expect(await changeState(stored, 'alice', (before) => [{ authority: 'pem' }, before.faults])).toEqual([]);
  expect(parseWorldState(stored.text, 'alice')).toEqual({ faults: [], authority: 'pem' });
  await changeState(stored, 'alice', () => [{ createdAt: 7 }, undefined]);
  expect(parseWorldState(stored.text, 'alice')).toEqual({ faults: [], authority: 'pem', createdAt: 7 });
  expect(writes).toHaveLength(2);
});
