import { useRef, useState } from 'preact/hooks';
import { type Confirmation, ConfirmDialog } from './dialog.tsx';
import { Popover } from './popover.tsx';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** The question to confirm, for actions that cannot be undone. */
  readonly confirmation?: Confirmation;
}

/**
 * The less usual actions of a list entry. Put those that cannot be undone last.
 *
 * @param props.subject names the entry, such as `world bob`
 */
export function Menu(props: {
  readonly subject: string;
  readonly items: readonly MenuItem[];
  readonly isBusy: boolean;
}) {
  const { subject, items, isBusy } = props;
  const [itemToConfirm, setItemToConfirm] = useState<MenuItem | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const moveFocus = (event: KeyboardEvent) => {
    const offset = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offset === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(index + offset + buttons.length) % buttons.length]?.focus();
  };
  return (
    <>
      <Popover label={`More for ${subject}`} button="⋯" class="small more">
        {(close) => (
          <ul ref={list} class="menu" onKeyDown={moveFocus}>
            {items.map((item) => (
              <li key={item.label}>
                <button
                  type="button"
                  class={item.confirmation === undefined ? undefined : 'danger'}
                  disabled={isBusy}
                  onClick={() => {
                    close();
                    if (item.confirmation === undefined) item.run();
                    else setItemToConfirm(item);
                  }}
                >
                  {item.label}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Popover>
      {itemToConfirm?.confirmation !== undefined && (
        <ConfirmDialog
          {...itemToConfirm.confirmation}
          onConfirm={itemToConfirm.run}
          onEnd={() => setItemToConfirm(null)}
        />
      )}
    </>
  );
}
