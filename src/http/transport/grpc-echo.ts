import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Problem } from '../../core/problem.ts';
import { clearTimeout, setImmediate, setTimeout } from '../../platform/time.ts';
import type { Limits } from './limits.ts';
import type { Outgoing } from './outgoing.ts';

const OK = 0;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;
const UNAVAILABLE = 14;

/** A byte that says whether the message is compressed, and four with its length. */
const FRAME_HEAD = 5;

/** Sends the messages of a call back as they arrive, and never more than the client reads. */
export class GrpcEcho {
  readonly #stream: ServerHttp2Stream;
  readonly #limits: Limits;
  readonly #outgoing: Outgoing;
  /** Bytes that the client has not read yet. */
  #held = 0;
  /** Bytes until the next message; the head that has arrived of it. */
  #rest = 0;
  #head = Buffer.alloc(0);
  #status: { readonly code: number; readonly message: string } | null = null;

  constructor(stream: ServerHttp2Stream, limits: Limits, outgoing: Outgoing) {
    this.#stream = stream;
    this.#limits = limits;
    this.#outgoing = outgoing;
  }

  begin(): void {
    const stream = this.#stream;
    const { bodySilence, room } = this.#limits;
    const unfinished = {
      finish: () => this.#end(UNAVAILABLE, 'The server stops.'),
      cut: () => stream.destroy(),
    };
    stream.on('wantTrailers', () => this.#sendStatus());
    stream.once('close', () => {
      this.#outgoing.remove(unfinished);
      room.give(this.#held);
      this.#held = 0;
    });
    const silence = onceOpen(stream, bodySilence, () => {
      // A client that does not read would not read the status either.
      if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL);
      else this.#end(DEADLINE_EXCEEDED, `No message came for ${bodySilence / 1000} s.`);
    });
    stream.on('data', (chunk: Buffer) => {
      silence.refresh();
      this.#echo(chunk);
    });
    stream.on('drain', () => {
      silence.refresh();
      stream.resume();
    });
    stream.once('end', () => this.#endWhole());
    this.#outgoing.add(unfinished);
    // Node does not wait for a listener to end a stream without data.
    if (stream.readableEnded) this.#endWhole();
  }

  #echo(chunk: Buffer): void {
    const stream = this.#stream;
    if (this.#status !== null) return;
    const { bodyBytes, room } = this.#limits;
    const largest = this.#follow(chunk);
    if (largest > bodyBytes) {
      this.#end(RESOURCE_EXHAUSTED, `A message has ${largest} bytes; the limit is ${bodyBytes}.`);
      return;
    }
    try {
      room.take(chunk.length);
    } catch (thrown) {
      // The budget refuses with a Problem.
      this.#end(RESOURCE_EXHAUSTED, (thrown as Problem).message);
      return;
    }
    this.#held += chunk.length;
    const isTaken = stream.write(chunk, () => {
      const released = Math.min(chunk.length, this.#held);
      this.#held -= released;
      room.give(released);
    });
    if (!isTaken) stream.pause();
  }

  /** Follows the messages through their bytes. @returns the length of the largest that begins in the chunk */
  #follow(chunk: Buffer): number {
    let largest = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#rest > 0) {
        const part = Math.min(this.#rest, chunk.length - at);
        this.#rest -= part;
        at += part;
      } else {
        const part = chunk.subarray(at, at + FRAME_HEAD - this.#head.length);
        this.#head = Buffer.concat([this.#head, part]);
        at += part.length;
        if (this.#head.length < FRAME_HEAD) break;
        this.#rest = this.#head.readUInt32BE(1);
        this.#head = Buffer.alloc(0);
        largest = Math.max(largest, this.#rest);
      }
    }
    return largest;
  }

  #endWhole(): void {
    const isWhole = this.#rest === 0 && this.#head.length === 0;
    if (isWhole) this.#end(OK, '');
    else this.#end(INTERNAL, 'The last message is incomplete.');
  }

  #end(code: number, message: string): void {
    if (this.#status !== null) return;
    this.#status = { code, message };
    this.#stream.end();
  }

  #sendStatus(): void {
    const { code, message } = this.#status ?? { code: INTERNAL, message: 'The call ended early.' };
    this.#stream.sendTrailers({
      'grpc-status': String(code),
      ...(message !== '' && { 'grpc-message': percentEncoded(message) }),
    });
    closeSoon(this.#stream);
  }
}

/** Acts if the stream is still open after some milliseconds. */
export function onceOpen(stream: ServerHttp2Stream, milliseconds: number, act: () => void): NodeJS.Timeout {
  const timer = setTimeout(act, milliseconds).unref();
  stream.once('close', () => clearTimeout(timer));
  return timer;
}

/** Closes a stream after its answer: the client need not send the rest (RFC 9113, 8.1). */
export function closeSoon(stream: ServerHttp2Stream): void {
  // At once, this would overtake the answer.
  setImmediate(() => stream.close());
}

/** All but printable ASCII without `%`, as gRPC's messages are written. */
export function percentEncoded(text: string): string {
  return text.replace(/[^ -$&-~]+/gu, (some) =>
    [...Buffer.from(some)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
