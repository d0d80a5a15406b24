import { IncomingMessage } from 'node:http';
import { constants, type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { isGrpcType } from '../../core/media-type.ts';
import { isRecord } from '../../core/own.ts';
import { clearTimeout, setTimeout } from '../../platform/time.ts';
import type { WireAnswer } from '../answer.ts';
import type { Route, Server } from '../in-flight.ts';
import { answer } from '../pipeline.ts';
import { closeSoon, GrpcEcho, onceOpen, percentEncoded } from './grpc-echo.ts';
import type { ServeHttp2 } from './http2.ts';
import type { Limits } from './limits.ts';

/** The operation of all calls. */
export interface GrpcRoute {
  readonly route: Route;
  /** By name of a parameter, the metadata that has it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** As for HTTP/1: the bytes of all headers together. */
const MOST_HEADERS = 16 * 1024;

const GRPC_ONLY = 'This port speaks HTTP/2 for gRPC only. Use HTTP/1.1 for everything else.';

/** The status codes of gRPC that HTTP statuses stand for. */
const CODES: Readonly<Record<number, number>> = {
  ...{ 400: 3, 401: 16, 403: 7, 404: 5, 408: 4, 409: 10, 413: 8, 429: 8 },
  ...{ 500: 13, 501: 12, 503: 14, 504: 4, 507: 8 },
};
const UNKNOWN = 2;

/**
 * Answers gRPC: each call is decided as any other request, and then echoed. A refusal has the HTTP status that its code
 * stands for, which the journal shows; callers that do not speak gRPC get this status with a text.
 */
export function serveGrpc(server: Server, { route, metadata }: GrpcRoute, limits: Limits): ServeHttp2 {
  const sendText = (stream: ServerHttp2Stream, status: number, text: string, headers: Record<string, string> = {}) => {
    onceOpen(stream, limits.bodySilence, () => stream.close(constants.NGHTTP2_CANCEL));
    stream.respond({ ':status': status, 'content-type': 'text/plain', ...headers });
    stream.end(text, () => closeSoon(stream));
  };
  const serveStream = async (
    socket: Socket,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: string[],
  ) => {
    const speaksGrpc = isGrpcType(headers['content-type'] ?? '');
    const params = Object.entries(metadata).flatMap(([name, key]) =>
      headers[key] ? [[name, String(headers[key])]] : [],
    );
    if (!speaksGrpc && params.length === 0) return sendText(stream, 415, GRPC_ONLY);
    // Node keeps to the limit only once the client has acknowledged the settings.
    if (sizeOf(raw) > MOST_HEADERS) return stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    const request = requestOf(socket, headers, raw);
    request.url = server.addresses.open(request);
    const its = await answer(server, route, request, Object.fromEntries(params), {});
    if (stream.destroyed) return undefined;
    if (its.delivery !== undefined && 'drop' in its.delivery) return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    if (!speaksGrpc) return sendText(stream, its.status, textOf(its), ownHeaders(its));
    const encoding = headers['grpc-encoding'];
    if (its.status !== 200) return sendRefusal(stream, its);
    stream.respond({ ...grpcHeaders(its), ...(encoding && { 'grpc-encoding': encoding }) }, { waitForTrailers: true });
    new GrpcEcho(stream, limits, server.outgoing).begin();
  };
  return (socket) => {
    const session = performServerHandshake(socket, {
      settings: { maxConcurrentStreams: limits.unanswered, maxHeaderListSize: MOST_HEADERS },
    });
    let open = 0;
    // Neither pings nor parts of headers keep a connection open.
    const beginIdle = () => setTimeout(() => session.destroy(), limits.headersTimeout).unref();
    let idle = beginIdle();
    const whole = { finish: () => session.close(), cut: () => session.destroy() };
    session.on('error', () => {});
    session.once('close', () => {
      clearTimeout(idle);
      server.outgoing.remove(whole);
    });
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
      open += 1;
      clearTimeout(idle);
      // A client may reset its stream at any time.
      stream.on('error', () => {});
      stream.once('close', () => {
        open -= 1;
        if (open === 0 && !session.closed) idle = beginIdle();
      });
      serveStream(socket, stream, headers, raw).catch((thrown) => {
        server.log.error('a call of gRPC failed', thrown);
        if (!stream.destroyed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      });
    });
    server.outgoing.add(whole);
  };
}

/** As HTTP/2 counts headers (RFC 9113, 6.5.2). */
function sizeOf(raw: readonly string[]): number {
  return raw.reduce((sum, text) => sum + text.length + 16, 0);
}

/** The request as the steps of HTTP/1 read it. Its body stays in the stream. */
function requestOf(socket: Socket, headers: IncomingHttpHeaders, raw: readonly string[]): IncomingMessage {
  const { ':authority': authority, ':method': method, ':path': path } = headers;
  const request = new IncomingMessage(socket);
  request.httpVersion = '2.0';
  request.method = method ?? 'POST';
  request.url = path ?? '/';
  for (const [name, value] of Object.entries(headers)) if (!name.startsWith(':')) request.headers[name] = value;
  for (let index = 0; index < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    // The authority has precedence (RFC 9113, 8.3.1).
    if (!name.startsWith(':') && !(name === 'host' && authority !== undefined)) request.rawHeaders.push(name, value);
  }
  if (authority !== undefined) {
    request.headers.host = authority;
    request.rawHeaders.push('host', authority);
  }
  return request;
}

/** The headers of the mock itself. Others are about HTTP/1, or replaced by those of gRPC. */
function ownHeaders({ headers }: WireAnswer): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-mock-') || name === 'retry-after');
  return Object.fromEntries(own);
}

function grpcHeaders(its: WireAnswer): Record<string, string | number> {
  return { ':status': 200, 'content-type': 'application/grpc', ...ownHeaders(its) };
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses: "Trailers-Only" */
function sendRefusal(stream: ServerHttp2Stream, its: WireAnswer): void {
  const status = { 'grpc-status': String(CODES[its.status] ?? UNKNOWN), 'grpc-message': percentEncoded(textOf(its)) };
  stream.respond({ ...grpcHeaders(its), ...status }, { endStream: true });
  closeSoon(stream);
}

/** The sentence of an answer: a text, or the detail of a problem. */
function textOf({ payload = '', headers }: WireAnswer): string {
  const text = payload.toString();
  if (headers['content-type']?.includes('json') !== true) return text;
  const problem: unknown = JSON.parse(text);
  return isRecord(problem) && typeof problem['detail'] === 'string' ? problem['detail'] : text;
}
