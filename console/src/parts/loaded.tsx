import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { connection } from '../connection.ts';
import { Sentence } from './sentence.tsx';

export type Loaded<Value> = { readonly value: Value } | { readonly error: string } | null;

/**
 * Reads a value, and reads it again when a dependency changes, or once the server is back after a failure; the old value
 * stays until then. Reads never overlap: changes during one lead to a single further read. To show something else, give
 * the component a `key`.
 *
 * @param initial shown until the first read ends
 */
export function useLoaded<Value>(
  read: () => Promise<Value>,
  dependsOn: readonly unknown[],
  initial?: Value,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>(initial === undefined ? null : { value: initial });
  const reading = useRef({ isBusy: false, isStale: false, isOver: false, hasFailed: false, read });
  const { current } = reading;
  current.read = read;
  const readUntilFresh = async () => {
    current.isBusy = true;
    do {
      current.isStale = false;
      current.hasFailed = false;
      try {
        const value = await current.read();
        if (!current.isOver) setLoaded({ value });
      } catch (error) {
        current.hasFailed = true;
        // Keep the last value if a later read fails.
        const failed = { error: describeError(error) };
        if (!current.isOver) setLoaded((last) => (last !== null && 'value' in last ? last : failed));
      }
    } while (current.isStale && !current.isOver);
    current.isBusy = false;
  };
  useEffect(() => {
    if (current.isBusy) current.isStale = true;
    else void readUntilFresh();
  }, dependsOn);
  const isLive = connection.value === 'live';
  useEffect(() => {
    if (isLive && current.hasFailed) void readUntilFresh();
  }, [isLive]);
  useEffect(
    () => () => {
      current.isOver = true;
    },
    [],
  );
  return loaded;
}

/** Reads a query. Returns its latest value, if there is one, until the read ends. */
export function useQuery<Value>(read: {
  (): Promise<Value>;
  version(): number;
  latest(): Value | undefined;
}): Loaded<Value> {
  return useLoaded(read, [read.version()], read.latest());
}

/** Returns the value, or a default while it is being read and if the read failed. */
export function readValue<Value, Default = undefined>(loaded: Loaded<Value>, defaultValue?: Default) {
  return loaded !== null && 'value' in loaded ? loaded.value : (defaultValue as Default);
}

/** Returns a sentence for the user about an error. A `TypeError` is thrown by `fetch` without a connection. */
export function describeError(error: unknown): string {
  if (error instanceof TypeError) return 'The server does not answer.';
  return error instanceof Error ? error.message : String(error);
}

export function WhenLoaded<Value>(props: {
  readonly loaded: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (props.loaded === null) return <Skeleton />;
  if ('error' in props.loaded) {
    return (
      <p class="fault" role="alert">
        <Sentence text={props.loaded.error} />
      </p>
    );
  }
  return <>{props.children(props.loaded.value)}</>;
}

/** Grey bars that stand in for rows being read. */
function Skeleton() {
  return (
    <div class="skeleton" aria-busy="true">
      <span class="unseen">Loading …</span>
      {Array.from({ length: 6 }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}
