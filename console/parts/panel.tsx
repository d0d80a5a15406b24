import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { giveFocus, isFocusLost } from './focus.ts';

/**
 * A panel beside a list. Escape closes it, as its button does; the focus then returns to where it was.
 *
 * @param props.label what it is, for screen readers
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
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      // The focused element in here is gone a moment later.
      queueMicrotask(() => isFocusLost() && giveFocus(opener.current));
    };
  }, []);
  return (
    <article class="second" aria-label={label}>
      <button type="button" class="close" aria-label="Close" onClick={onClose}>
        ×
      </button>
      {children}
    </article>
  );
}
