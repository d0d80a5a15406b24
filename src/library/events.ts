import { createParser } from 'eventsource-parser';
import type { ClockReading, Decision, OperationName, RecordedRequest, ServiceName } from '../../generated/library.ts';

/** A request without headers and bodies. */
export type RequestSummary = Omit<RecordedRequest, 'request' | 'response'>;

/** The state of the mock's clock. */
export type ClockState = Pick<ClockReading, 'now' | 'ahead' | 'frozen'>;

/** The data of each kind of event. Times are RFC 3339 in UTC, by the clock of the world. */
export interface EventData {
  readonly request: RequestSummary;
  readonly decision: Pick<
    Decision,
    'id' | 'at' | 'service' | 'operation' | 'request' | 'effect' | 'principal' | 'reason'
  >;
  readonly clock: ClockState & { readonly from: string };
  /** A key was created, edited, rotated or deleted, or its pending edits were applied early. */
  readonly policy: {
    readonly keyId: string;
    readonly what: 'created' | 'edited' | 'rotated' | 'deleted' | 'flushed';
    readonly [detail: string]: unknown;
  };
  /** A fault was injected, `fired` times so far. */
  readonly fault: {
    readonly fault: string;
    readonly fired: number;
    readonly service: ServiceName;
    readonly operation: OperationName;
  };
  /** `made`, `deleted`: another world was created or deleted (reported only in the default world). */
  readonly world: {
    readonly what: 'reset' | 'restored' | 'made' | 'deleted';
    readonly world?: string;
  };
}

/** An event of a world. */
export type MockEvent = {
  readonly [Kind in keyof EventData]: {
    readonly kind: Kind;
    readonly data: EventData[Kind];
  };
}[keyof EventData];

/**
 * The events of a world, which can be read once: `for await (const { kind, data } of world.events())`. Ends with the
 * world or the server; reading fails if the connection breaks.
 */
export interface EventStream extends AsyncIterableIterator<MockEvent>, AsyncDisposable {
  /** Resolves once the stream receives all further events. */
  readonly opened: Promise<void>;
  /** Ends the stream for its reader, like `break`. */
  close(): void;
}

/** Reads the events of a response as they arrive. @param open sends the request, until the signal aborts it */
export function watchEvents(open: (signal: AbortSignal) => Promise<Response>): EventStream {
  const controller = new AbortController();
  const response = open(controller.signal);
  const opened = response.then(() => {});
  // Without a handler, a rejection would end the process. Callers that don't wait get the error with the first event.
  opened.catch(() => {});
  const events = readEvents(response, controller.signal);
  const close = () => controller.abort();
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

/** Yields the events of a response until it ends or the signal aborts it. */
async function* readEvents(response: Promise<Response>, signal: AbortSignal): AsyncGenerator<MockEvent, undefined> {
  const readChunk = createEventReader();
  try {
    for await (const bytes of (await response).body ?? []) yield* readChunk(bytes);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  return undefined;
}

/** The maximum length of an event, in characters. Typical events have a few hundred. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/** Returns a function that yields the events completed by each chunk, and throws for an event that is too long. */
export function createEventReader(): (chunk: Uint8Array) => readonly MockEvent[] {
  const events: MockEvent[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    // The control API's document defines the data of each kind.
    onEvent: ({ event, data }) => events.push({ kind: event, data: JSON.parse(data) } as MockEvent),
    // Ignore unknown fields, which newer versions may send.
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  const decoder = new TextDecoder();
  return (chunk) => {
    parser.feed(decoder.decode(chunk, { stream: true }));
    return events.splice(0);
  };
}
