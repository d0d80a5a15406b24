import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

/** The gap between a button and what it opens, and to the edges of the window, in pixels. */
const GAP = 4;

/**
 * A button that opens something over the view. Escape and a click beside it close it, as the browser does with every
 * popover. On a telephone it lies at the lower edge of the window.
 *
 * @param props.label what the button says to screen readers, if its content does not
 * @param props.button its content
 * @param props.children called with what closes it
 */
export function Popover(props: {
  readonly label?: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}) {
  const { label, button, class: kind, children } = props;
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const place = () => {
    if (opener.current === null || box.current === null) return;
    const { bottom, top, right } = opener.current.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = box.current;
    const isAbove = bottom + GAP + offsetHeight > innerHeight && top > innerHeight / 2;
    const left = Math.min(right, innerWidth - GAP) - offsetWidth;
    style.setProperty('--left', `${Math.max(GAP, left)}px`);
    style.setProperty('--top', `${Math.max(GAP, isAbove ? top - GAP - offsetHeight : bottom + GAP)}px`);
  };
  return (
    <>
      <button ref={opener} type="button" class={kind} popovertarget={id} aria-label={label} title={label}>
        {button}
      </button>
      <div ref={box} id={id} popover="auto" class="popover" onToggle={(event) => event.newState === 'open' && place()}>
        {children(() => box.current?.hidePopover())}
      </div>
    </>
  );
}
