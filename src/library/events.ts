import { createParser } from 'eventsource-parser';
import type {
  ClockReading,
  Decision,
  DrillName,
  Finding,
  OperationName,
  ServiceName,
} from '../../generated/library.ts';
import type { RequestSummary } from './requests.ts';

/** The state of the mock's clock. */
export type ClockState = Pick<ClockReading, 'now' | 'ahead' | 'frozen'>;

/** The data of each kind of event. Times are RFC 3339 in UTC, by the clock of the world. */
export interface EventData {
  readonly request: RequestSummary;
  readonly decision: Pick<
    Decision,
    'id' | 'at' | 'service' | 'operation' | 'request' | 'effect' | 'principal' | 'reason'
  >;
  readonly finding: Finding;
  readonly clock: ClockState & { readonly from: string };
  /** A key was created, edited, rotated or deleted, or its pending edits took effect at once. */
  readonly policy: {
    readonly keyId: string;
    readonly what: 'created' | 'edited' | 'rotated' | 'deleted' | 'flushed';
    readonly [detail: string]: unknown;
  };
  /** A fault was injected, for the time that `fired` says. */
  readonly fault: {
    readonly fault: string;
    readonly drill: DrillName | null;
    readonly fired: number;
    readonly service: ServiceName;
    readonly operation: OperationName;
  };
  /**
   * `modes`: what happens to requests without the rights has changed. `made`, `deleted`: another world; only watchers of the default world get these. `missed`: so many `events`
   * were dropped before you reconnected.
   */
  readonly world: {
    readonly what: 'reset' | 'restored' | 'modes' | 'made' | 'deleted' | 'missed';
    readonly world?: string;
    readonly events?: number;
  };
  /**
   * An earlier process, or an earlier world of the same name, gave `lastEventId`. Its later events are lost, so read
   * again the state that you need. The events that are kept follow.
   */
  readonly restarted: { readonly lastEventId: string };
}

/** An event of a world. */
export type MockEvent = {
  readonly [Kind in keyof EventData]: {
    /** For `lastEventId`. */
    readonly id: string;
    readonly kind: Kind;
    readonly data: EventData[Kind];
  };
}[keyof EventData];

/**
 * The events of a world, to be read once: `for await (const { kind, data } of world.events())`. It ends with the world or
 * the server; reading fails if the connection breaks.
 */
export interface EventStream extends AsyncIterableIterator<MockEvent>, AsyncDisposable {
  /** Resolves once the stream reports every later event. */
  readonly opened: Promise<void>;
  /** Ends it for its reader, as `break` does. */
  close(): void;
}

/** @param open sends the request, which the signal ends */
export function watchEvents(open: (signal: AbortSignal) => Promise<Response>): EventStream {
  const end = new AbortController();
  const response = open(end.signal);
  const opened = response.then(() => {});
  // A caller that does not wait for it gets the error with the first event.
  opened.catch(() => {});
  const events = readEvents(response, end.signal);
  const close = () => end.abort();
  return {
    opened,
    close,
    next: () => events.next(),
    return: async () => {
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => close(),
  };
}

async function* readEvents(response: Promise<Response>, end: AbortSignal): AsyncGenerator<MockEvent, undefined> {
  const read = eventReader();
  try {
    for await (const bytes of (await response).body ?? []) yield* read(bytes);
  } catch (thrown) {
    if (!end.aborted) throw thrown;
  }
  return undefined;
}

/** How long one event may be, in characters. Those of the mock have a few hundred. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/** Yields the events that end in each piece of a stream. It throws for an event that is too long. */
export function eventReader(): (piece: Uint8Array) => readonly MockEvent[] {
  const events: MockEvent[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    // The control API's document gives each kind its data.
    onEvent: ({ id, event, data }) => events.push({ id, kind: event, data: JSON.parse(data) } as MockEvent),
    // A field that only a later version sends is no error.
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  const decoder = new TextDecoder();
  return (piece) => {
    parser.feed(decoder.decode(piece, { stream: true }));
    return events.splice(0);
  };
}
