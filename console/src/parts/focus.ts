import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Focuses an element or, if it was removed, the content of the page. */
export function giveFocus(element: Element | null): void {
  const canFocus = element instanceof HTMLElement && element.isConnected && element !== document.body;
  const focusable = canFocus ? element : null;
  (focusable ?? document.getElementById('content'))?.focus();
}

/** Returns whether no element has the focus. A removed or disabled element loses it. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Returns whether a dialog or a menu covers the view. It gets the keys, and Escape closes it first. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], :popover-open') !== null;
}

/**
 * Keeps the focus in a list when its focused entry is removed. Otherwise keyboard users start again at the top of the
 * page.
 */
export function useKeepFocus<ListElement extends HTMLElement>(): RefObject<ListElement | null> {
  const list = useRef<ListElement>(null);
  const isWithin = useRef(false);
  useEffect(() => {
    const onFocusIn = ({ target }: FocusEvent) => {
      isWithin.current = list.current?.contains(target as Element) === true;
    };
    // Losing the focus by being removed or disabled does not count as leaving the list.
    const onFocusOut = ({ target, relatedTarget }: FocusEvent) => {
      const element = target as Element;
      if (relatedTarget !== null) return;
      setTimeout(() => {
        if (element.isConnected && !element.matches(':disabled') && isFocusLost()) isWithin.current = false;
      });
    };
    document.addEventListener('focusin', onFocusIn);
    document.addEventListener('focusout', onFocusOut);
    return () => {
      document.removeEventListener('focusin', onFocusIn);
      document.removeEventListener('focusout', onFocusOut);
      if (isWithin.current) queueMicrotask(() => isFocusLost() && giveFocus(null));
    };
  }, []);
  useLayoutEffect(() => {
    if (isWithin.current && isFocusLost()) list.current?.focus();
  });
  return list;
}
