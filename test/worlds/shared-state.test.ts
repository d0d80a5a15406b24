import { expect, it } from 'vitest';
import type { SharedText } from '../../src/store/sharing.ts';
import { SharedState } from '../../src/worlds/shared-state.ts';

it('the state of a shared world begins as the server says, and each change keeps the rest', async () => {
  let text = '';
  const shared: SharedText = {
    get text() {
      return text;
    },
    refresh: async () => {},
    update: async (change) => {
      const [after, result] = change(text);
      text = after;
      return result;
    },
  };
  const state = new SharedState(shared, { mode: 'enforce', faults: [] });
  expect(state.now).toEqual({ mode: 'enforce', faults: [] });
  expect(await state.update((before) => [{ mode: 'observe' }, before.mode])).toBe('enforce');
  const other = new SharedState(shared, { mode: 'enforce', faults: [] });
  expect(other.now).toEqual({ mode: 'observe', faults: [] });
});
