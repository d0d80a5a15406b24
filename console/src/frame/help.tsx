import { Dialog } from '../parts/dialog.tsx';
import { openDialog, PALETTE_KEYS } from './shortcuts.ts';

/** The keyboard shortcuts and what they do. */
const KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['/', 'search in this view'],
  ['j, k', 'next and previous in a list'],
  ['Enter', 'open'],
  ['Esc', 'close what is open'],
  [PALETTE_KEYS, 'go to an action, view, operation, identity or request'],
  ['?', 'this help'],
];

/** Lists the keyboard shortcuts of every view. */
export function Help() {
  return (
    <Dialog
      label="Keys"
      onClose={() => {
        openDialog.value = null;
      }}
    >
      <h2>Keys</h2>
      <dl class="facts">
        {KEYS.map(([keys, action]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
