import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Something that is read from the switchboard. */
export type Loaded<Value> = { readonly value: Value } | { readonly fault: string } | null;

/**
 * Reads something, and again when what it depends on is another; until then, what was read before stays. A component that
 * is to show something else has a `key`.
 */
export function useLoaded<Value>(read: () => Promise<Value>, dependsOn: readonly unknown[]): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>(null);
  useEffect(() => {
    let isOver = false;
    read().then(
      (value) => isOver || setLoaded({ value }),
      // What cannot be read again is better than nothing.
      (fault: unknown) =>
        isOver || setLoaded((last) => (last !== null && 'value' in last ? last : { fault: textOf(fault) })),
    );
    return () => {
      isOver = true;
    };
  }, dependsOn);
  return loaded;
}

/** What a person is told of a failure. */
export function textOf(fault: unknown): string {
  if (fault instanceof TypeError) return 'The server does not answer.';
  return fault instanceof Error ? fault.message : String(fault);
}

/** What was read, or why it was not. */
export function WhenLoaded<Value>(props: {
  readonly of: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (props.of === null) return <p class="quiet">Reading …</p>;
  if ('fault' in props.of)
    return (
      <p class="fault" role="alert">
        {props.of.fault}
      </p>
    );
  return <>{props.children(props.of.value)}</>;
}
