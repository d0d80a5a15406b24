import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

/** Distance to the button and to the edges of the window, in pixels. */
const GAP_PIXELS = 4;

/**
 * A button that opens a popover. Escape or a click outside closes it. On a phone it sits at the bottom of the window.
 *
 * @param props.label accessible name, if the content of the button is not enough
 * @param props.button content of the button
 * @param props.children receives a function that closes the popover
 */
export function Popover(props: {
  readonly label?: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}) {
  const { label, button, class: className, children } = props;
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const position = () => {
    if (opener.current === null || box.current === null) return;
    const { bottom, top, right } = opener.current.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = box.current;
    const isAbove = bottom + GAP_PIXELS + offsetHeight > innerHeight && top > innerHeight / 2;
    const left = Math.min(right, innerWidth - GAP_PIXELS) - offsetWidth;
    style.setProperty('--left', `${Math.max(GAP_PIXELS, left)}px`);
    style.setProperty(
      '--top',
      `${Math.max(GAP_PIXELS, isAbove ? top - GAP_PIXELS - offsetHeight : bottom + GAP_PIXELS)}px`,
    );
  };
  return (
    <>
      <button ref={opener} type="button" class={className} popovertarget={id} aria-label={label} title={label}>
        {button}
      </button>
      <div
        ref={box}
        id={id}
        popover="auto"
        class="popover"
        onToggle={(event) => event.newState === 'open' && position()}
      >
        {children(() => box.current?.hidePopover())}
      </div>
    </>
  );
}
