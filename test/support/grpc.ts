import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type Settings,
} from 'node:http2';
import { afterAll, onTestFinished } from 'vitest';

/** The HTTP statuses that the codes of gRPC stand for. */
const STATUSES: Readonly<Record<string, number>> = {
  0: 200,
  3: 400,
  4: 504,
  5: 404,
  7: 403,
  8: 429,
  10: 409,
  12: 501,
  13: 500,
  14: 503,
  16: 401,
};

/** The end of a call, and everything that came before. */
export interface GrpcAnswer {
  readonly http: number;
  readonly type: string | undefined;
  /** Null without `grpc-status`. */
  readonly code: number | null;
  readonly message: string;
  /** The bytes of the body. */
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** The error code of HTTP/2 with which the stream was closed. */
  readonly closedWith: number;
  /** What `x-mock-decision` says. */
  // biome-ignore lint/suspicious/noExplicitAny: as in other answers of tests
  readonly decision: any;
}

/** A message as it is sent: a byte that says that it is not compressed, its length, and itself. */
export function frame(message: string | Buffer): Buffer {
  const body = Buffer.from(message);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** A connection by HTTP/2 without TLS, which closes after the test, or after those of the file. */
export function grpcSession(url: string, settings: Settings = {}): ClientHttp2Session {
  const session = connect(url, { settings });
  session.on('error', () => {});
  try {
    onTestFinished(() => session.destroy());
  } catch {
    afterAll(() => session.destroy());
  }
  return session;
}

/** Begins a call. */
export function begin(session: ClientHttp2Session, metadata: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
  return session.request({
    ...{ ':method': 'POST', ':path': '/acme.Service/Method', 'content-type': 'application/grpc', te: 'trailers' },
    ...metadata,
  });
}

/** The end of a call. */
export function answerTo(stream: ClientHttp2Stream): Promise<GrpcAnswer> {
  const parts: Buffer[] = [];
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (given) => {
    headers = given;
  });
  stream.on('trailers', (given) => {
    trailers = given;
  });
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('close', () => {
      const {
        'grpc-status': code,
        'grpc-message': message = '',
        'x-mock-decision': decision,
      } = { ...headers, ...trailers };
      resolve({
        http: Number(headers[':status']),
        type: headers['content-type'],
        code: code === undefined ? null : Number(code),
        message: decodeURIComponent(String(message)),
        bytes: Buffer.concat(parts),
        headers,
        closedWith: stream.rstCode ?? constants.NGHTTP2_NO_ERROR,
        decision: decision === undefined ? null : JSON.parse(String(decision)),
      });
    });
  });
}

/** A whole call with one message. */
export function call(
  session: ClientHttp2Session,
  metadata: Readonly<Record<string, string>> = {},
  bytes: Buffer = frame('hello'),
): Promise<GrpcAnswer> {
  const stream = begin(session, metadata);
  const answer = answerTo(stream);
  if (bytes.length > 0) stream.end(bytes);
  else stream.end();
  return answer;
}

/** The HTTP status that an answer stands for. */
export function statusOf({ code, http }: GrpcAnswer): number {
  return code === null ? http : (STATUSES[code] ?? 0);
}
