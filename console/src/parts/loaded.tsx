import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Sentence } from './sentence.tsx';
import { Skeleton } from './skeleton.tsx';

/** Something that is read from the control API. */
export type Loaded<Value> = { readonly value: Value } | { readonly fault: string } | null;

/**
 * Reads something, and again when what it depends on is another; until then, what was read before stays. One reading ends
 * before the next begins, however often there is something new. A component that is to show something else has a `key`.
 *
 * @param known what is shown until the first reading ends
 */
export function useLoaded<Value>(
  read: () => Promise<Value>,
  dependsOn: readonly unknown[],
  known?: Value,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>(known === undefined ? null : { value: known });
  const reading = useRef({ isBusy: false, isStale: false, isOver: false, read });
  const { current } = reading;
  current.read = read;
  useEffect(() => {
    const readOn = async () => {
      current.isBusy = true;
      do {
        current.isStale = false;
        try {
          const value = await current.read();
          if (!current.isOver) setLoaded({ value });
        } catch (fault) {
          // What cannot be read again is better than nothing.
          const failed = { fault: textOf(fault) };
          if (!current.isOver) setLoaded((last) => (last !== null && 'value' in last ? last : failed));
        }
      } while (current.isStale && !current.isOver);
      current.isBusy = false;
    };
    if (current.isBusy) current.isStale = true;
    else void readOn();
  }, dependsOn);
  useEffect(
    () => () => {
      current.isOver = true;
    },
    [],
  );
  return loaded;
}

/** Reads something that is kept outside of the component, and shows at once what is known of it. */
export function useQuery<Value>(read: {
  (): Promise<Value>;
  version(): number;
  latest(): Value | undefined;
}): Loaded<Value> {
  return useLoaded(read, [read.version()], read.latest());
}

/** The content that was read; a usual one until then, and where it could not be read. */
export function readValue<Value, Usual>(loaded: Loaded<Value>, usual: Usual): Value | Usual {
  return loaded !== null && 'value' in loaded ? loaded.value : usual;
}

/** Describes a failure for people. */
export function textOf(fault: unknown): string {
  if (fault instanceof TypeError) return 'The server does not answer.';
  return fault instanceof Error ? fault.message : String(fault);
}

/** What was read, or why it was not. */
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
