import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Focuses an element or, if it was removed, the content of the page. */
export function giveFocus(element: Element | null): void {
  const isThere = element instanceof HTMLElement && element.isConnected && element !== document.body;
  const wanted = isThere ? element : null;
  (wanted ?? document.getElementById('content'))?.focus();
}

/** Whether no element has the focus. A removed or disabled element loses it. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Whether a dialog or a menu covers the view. It gets the keys, and Escape closes it first. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], :popover-open') !== null;
}

/**
 * Keeps the focus in a list when its focused entry is removed. Otherwise keyboard users start again at the top of the
 * page.
 */
export function useFocusKept<Kept extends HTMLElement>(): RefObject<Kept | null> {
  const list = useRef<Kept>(null);
  const isWithin = useRef(false);
  useEffect(() => {
    const begin = ({ target }: FocusEvent) => {
      isWithin.current = list.current?.contains(target as Element) === true;
    };
    // Losing the focus by being removed or disabled does not count as leaving the list.
    const end = ({ target, relatedTarget }: FocusEvent) => {
      const left = target as Element;
      if (relatedTarget !== null) return;
      setTimeout(() => {
        if (left.isConnected && !left.matches(':disabled') && isFocusLost()) isWithin.current = false;
      });
    };
    document.addEventListener('focusin', begin);
    document.addEventListener('focusout', end);
    return () => {
      document.removeEventListener('focusin', begin);
      document.removeEventListener('focusout', end);
      if (isWithin.current) queueMicrotask(() => isFocusLost() && giveFocus(null));
    };
  }, []);
  useLayoutEffect(() => {
    if (isWithin.current && isFocusLost()) list.current?.focus();
  });
  return list;
}
