import { Dialog } from './dialog.tsx';
import { opened } from './shortcuts.ts';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'search in this view'],
  ['j, k', 'next and previous in a list'],
  ['Enter', 'open'],
  ['Esc', 'close what is open'],
  ['Ctrl K', 'go to an operation, identity, key, request or view'],
  ['?', 'this help'],
];

/** The keys that every view has. */
export function Help() {
  return (
    <Dialog
      label="Keys"
      onClose={() => {
        opened.value = null;
      }}
    >
      <h2>Keys</h2>
      <dl class="facts">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
