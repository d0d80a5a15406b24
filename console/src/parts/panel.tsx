import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { panelWidth } from '../preferences.ts';
import { giveFocus, isCovered, isFocusLost } from './focus.ts';

/**
 * A panel beside a list. A button that opens it passes the focus to it; a row keeps the focus, so that keys still reach
 * the next row. Escape or the close button closes it and returns the focus. The edge changes the width.
 *
 * @param props.label its accessible name
 */
export function Panel(props: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const { label, onClose, children } = props;
  const close = useRef(onClose);
  close.current = onClose;
  const opener = useRef(document.activeElement);
  const panel = useRef<HTMLElement>(null);
  // A layout effect, so that it runs before the next key.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || isCovered()) return;
      close.current();
    };
    document.addEventListener('keydown', onKeyDown);
    if (opener.current?.matches('button, .button')) panel.current?.focus();
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      // The focused element of the panel is removed in this tick.
      queueMicrotask(() => isFocusLost() && giveFocus(opener.current));
    };
  }, []);
  return (
    <article ref={panel} class="second" tabIndex={-1} aria-label={label}>
      <Edge />
      <button type="button" class="close" aria-label="Close" onClick={onClose}>
        ×
      </button>
      <div class="within">{children}</div>
    </article>
  );
}

const STEP_PIXELS = 32;
/** Of the panel, and of the list beside it. */
const MIN_WIDTH_PIXELS = 320;

/** The edge of the panel. Drag it or use the arrow keys to resize; a double click resets the width. */
function Edge() {
  const width = panelWidth.value;
  const edge = useRef<HTMLDivElement>(null);
  const maxWidth = () => (edge.current?.closest('.two')?.clientWidth ?? 0) - MIN_WIDTH_PIXELS;
  const currentWidth = () => edge.current?.parentElement?.offsetWidth ?? MIN_WIDTH_PIXELS;
  const setWidth = (newWidth: number) => panelWidth.set(Math.max(MIN_WIDTH_PIXELS, Math.min(newWidth, maxWidth())));
  useEffect(() => {
    const { style } = document.documentElement;
    if (width === 0) style.removeProperty('--panel');
    else style.setProperty('--panel', `${width}px`);
  }, [width]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule between texts does not move
    <div
      ref={edge}
      class="edge"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panel"
      aria-valuemin={MIN_WIDTH_PIXELS}
      aria-valuenow={width === 0 ? MIN_WIDTH_PIXELS : width}
      tabIndex={0}
      onDblClick={() => panelWidth.set(0)}
      onKeyDown={({ key }) => {
        const by = { ArrowLeft: STEP_PIXELS, ArrowRight: -STEP_PIXELS }[key];
        if (by !== undefined) setWidth(currentWidth() + by);
      }}
      onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
      onPointerMove={({ currentTarget, pointerId, clientX }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        setWidth((currentTarget.parentElement?.getBoundingClientRect().right ?? 0) - clientX);
      }}
    />
  );
}
