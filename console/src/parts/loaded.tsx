import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Sentence } from './sentence.tsx';
import { Skeleton } from './skeleton.tsx';

/** The state of a read: pending, done or failed. */
export type Loaded<Value> = { readonly value: Value } | { readonly fault: string } | null;

/**
 * Reads a value, and reads it again when a dependency changes; the old value stays until then. Reads never overlap:
 * changes during one lead to a single further read. To show something else, give the component a `key`.
 *
 * @param initial shown until the first read ends
 */
export function useLoaded<Value>(
  read: () => Promise<Value>,
  dependsOn: readonly unknown[],
  initial?: Value,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>(initial === undefined ? null : { value: initial });
  const reading = useRef({ isBusy: false, isStale: false, isOver: false, read });
  const { current } = reading;
  current.read = read;
  useEffect(() => {
    const readUntilFresh = async () => {
      current.isBusy = true;
      do {
        current.isStale = false;
        try {
          const value = await current.read();
          if (!current.isOver) setLoaded({ value });
        } catch (fault) {
          // Keep the last value if a later read fails.
          const failed = { fault: errorText(fault) };
          if (!current.isOver) setLoaded((last) => (last !== null && 'value' in last ? last : failed));
        }
      } while (current.isStale && !current.isOver);
      current.isBusy = false;
    };
    if (current.isBusy) current.isStale = true;
    else void readUntilFresh();
  }, dependsOn);
  useEffect(
    () => () => {
      current.isOver = true;
    },
    [],
  );
  return loaded;
}

/** Reads a query, and shows its latest value immediately. */
export function useQuery<Value>(read: {
  (): Promise<Value>;
  version(): number;
  latest(): Value | undefined;
}): Loaded<Value> {
  return useLoaded(read, [read.version()], read.latest());
}

/** Returns the value, or a default while it is missing. */
export function readValue<Value, Default>(loaded: Loaded<Value>, defaultValue: Default): Value | Default {
  return loaded !== null && 'value' in loaded ? loaded.value : defaultValue;
}

/** Describes an error for the user. */
export function errorText(fault: unknown): string {
  if (fault instanceof TypeError) return 'The server does not answer.';
  return fault instanceof Error ? fault.message : String(fault);
}

/** Renders a value once it is read, or the error. */
export function WhenLoaded<Value>(props: {
  readonly of: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (props.of === null) return <Skeleton />;
  if ('fault' in props.of)
    return (
      <p class="fault" role="alert">
        <Sentence text={props.of.fault} />
      </p>
    );
  return <>{props.children(props.of.value)}</>;
}
