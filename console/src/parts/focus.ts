import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Gives the focus to an element or, if that is gone, to the content of the page. */
export function giveFocus(element: Element | null): void {
  const isThere = element instanceof HTMLElement && element.isConnected && element !== document.body;
  const wanted = isThere ? element : null;
  (wanted ?? document.getElementById('content'))?.focus();
}

/** Whether no element has the focus. An element that is removed or disabled loses it. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Does something lie over the view: a dialog, a menu? It has the keys, and Escape closes it first. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], :popover-open') !== null;
}

/**
 * Keeps the focus within a list, one of whose entries may be removed while it has the focus: those who use the keys would
 * be at the beginning of the page again.
 */
export function useFocusKept<Kept extends HTMLElement>(): RefObject<Kept | null> {
  const list = useRef<Kept>(null);
  const isWithin = useRef(false);
  useEffect(() => {
    const begin = ({ target }: FocusEvent) => {
      isWithin.current = list.current?.contains(target as Element) === true;
    };
    // An element that is removed or disabled loses the focus as well, and has not left the list of its own accord.
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
