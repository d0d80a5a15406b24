import { ask } from '../control-api/client.ts';
import { changed } from './changes.ts';
import { offerUndo } from './undo.ts';

export type Mode = 'enforce' | 'observe';

const DONE: Readonly<Record<Mode, string>> = {
  enforce: 'Missing rights are refused again.',
  observe: 'Missing rights are let pass, and recorded.',
};

export async function readMode(): Promise<Mode> {
  return (await ask<{ mode: Mode }>('GET', '/_mock/mode')).mode;
}

/** Changes what happens to requests without the rights, and offers to undo that. @throws as the control API does */
export async function setMode(mode: Mode): Promise<void> {
  await put(mode);
  offerUndo({
    text: DONE[mode],
    guard: {
      topics: ['mode'],
      obstacle: async () => ((await readMode()) === mode ? null : 'The mode was changed meanwhile.'),
    },
    undo: async () => {
      const before = mode === 'observe' ? 'enforce' : 'observe';
      await put(before);
      return DONE[before];
    },
  });
}

async function put(mode: Mode): Promise<void> {
  await ask('PUT', '/_mock/mode', { mode });
  changed('mode');
}
