import { ask } from '../control-api/client.ts';
import { reportChange } from './changes.ts';
import { offerUndo } from './undo.ts';

/** Whether requests without the needed rights are refused, or allowed and recorded. */
export type Mode = 'enforce' | 'observe';

/** Reports that a mode was set. */
const DONE_TEXTS: Readonly<Record<Mode, string>> = {
  enforce: 'Requests without the needed rights are refused again.',
  observe: 'Requests without the needed rights are now allowed and recorded.',
};

/** Reads the mode of this world. @throws like the control API */
export async function readMode(): Promise<Mode> {
  return (await ask<{ mode: Mode }>('GET', '/_mock/mode')).mode;
}

/** Changes the mode, and offers to undo that. @throws like the control API */
export async function setMode(mode: Mode): Promise<void> {
  await sendMode(mode);
  offerUndo({
    text: DONE_TEXTS[mode],
    guard: {
      topics: ['mode'],
      obstacle: async () => ((await readMode()) === mode ? null : 'The mode was changed in the meantime.'),
    },
    undo: async () => {
      const previousMode = mode === 'observe' ? 'enforce' : 'observe';
      await sendMode(previousMode);
      return DONE_TEXTS[previousMode];
    },
  });
}

async function sendMode(mode: Mode): Promise<void> {
  await ask('PUT', '/_mock/mode', { mode });
  reportChange('mode');
}
