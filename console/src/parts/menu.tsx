import { useRef, useState } from 'preact/hooks';
import { type Confirmation, ConfirmDialog } from './confirm.tsx';
import { Popover } from './popover.tsx';

/** An action of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** The question to confirm, for actions that cannot be undone. */
  readonly asks?: Confirmation;
}

/**
 * The less usual actions of a list entry. Put those that cannot be undone last.
 *
 * @param props.of the entry, such as `world bob`
 */
export function Menu(props: { readonly of: string; readonly items: readonly MenuItem[]; readonly isBusy: boolean }) {
  const { of, items, isBusy } = props;
  const [asking, setAsking] = useState<MenuItem | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const step = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(at + by + all.length) % all.length]?.focus();
  };
  return (
    <>
      <Popover label={`More for ${of}`} button="⋯" class="small more">
        {(close) => (
          <ul ref={list} class="menu" onKeyDown={step}>
            {items.map((item) => (
              <li key={item.label}>
                <button
                  type="button"
                  class={item.asks === undefined ? undefined : 'danger'}
                  disabled={isBusy}
                  onClick={() => {
                    close();
                    if (item.asks === undefined) item.run();
                    else setAsking(item);
                  }}
                >
                  {item.label}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Popover>
      {asking?.asks !== undefined && (
        <ConfirmDialog {...asking.asks} onConfirm={asking.run} onEnd={() => setAsking(null)} />
      )}
    </>
  );
}
