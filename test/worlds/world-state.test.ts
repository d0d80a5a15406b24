import { expect, it } from 'vitest';
import { KeptState } from '../../src/store/kept-state.ts';
import { changeState, stateIn, type WorldState } from '../../src/worlds/world-state.ts';

const FIRST: WorldState = { mode: 'enforce', faults: [], begunMode: 'enforce' };

it('the state of a world begins as the server says, and each change keeps the rest', async () => {
  const texts: string[] = [];
  const kept = new KeptState('', async (text) => void texts.push(text));
  expect(stateIn(kept.text)).toBeNull();

  expect(await changeState(kept, 'enforce', (before) => [{ mode: 'observe' }, before.mode])).toBe('enforce');
  expect(stateIn(kept.text)).toEqual({ ...FIRST, mode: 'observe' });
  await changeState(kept, 'enforce', () => [{ createdAt: 7 }, undefined]);
  expect(stateIn(kept.text)).toEqual({ ...FIRST, mode: 'observe', createdAt: 7 });
  expect(texts).toHaveLength(2);
});
