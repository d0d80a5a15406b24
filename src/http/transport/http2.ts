import type { Socket } from 'node:net';
import type { WireError } from './protocol-errors.ts';

/** Serves a connection that speaks HTTP/2 from its first byte on. */
export type ServeHttp2 = (socket: Socket) => void;

/** Takes over the connection of an error, if its client speaks HTTP/2. @returns whether it was taken */
export type TakeHttp2 = (error: WireError, socket: Socket) => boolean;

/** The first bytes of a client that knows that the server speaks HTTP/2 (RFC 9113, 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Listeners of Node's HTTP/1 server. Its listener of `close` stays, because it frees the parser. */
const OF_HTTP1 = ['data', 'end', 'drain', 'timeout', 'resume', 'pause'] as const;

/**
 * Takes connections over where Node's HTTP/1 parser meets the preface of HTTP/2: so requests of HTTP/1 pay nothing for it.
 * Over TLS the client should have negotiated HTTP/2, which this server does not offer there.
 *
 * @param load called for the first connection
 */
export function http2Taker(load: () => Promise<ServeHttp2>): TakeHttp2 {
  const taken = new WeakSet<Socket>();
  let loading: Promise<ServeHttp2> | undefined;
  return (error, socket) => {
    // To Node the request that the preface began never ends, so its time limit is reported later.
    if (taken.has(socket)) return true;
    if (error.code !== 'HPE_PAUSED_H2_UPGRADE' || error.rawPacket === undefined || 'encrypted' in socket) return false;
    const early = PREFACE.subarray(0, Math.max(0, socket.bytesRead - error.rawPacket.length));
    // A copy: Node reads into the same memory again.
    const bytes = Buffer.concat([early, error.rawPacket]);
    if (!bytes.subarray(0, PREFACE.length).equals(PREFACE)) return false;
    taken.add(socket);
    // Any listener of `data` makes the parser let go of the socket.
    socket.on('data', () => {});
    for (const name of OF_HTTP1) socket.removeAllListeners(name);
    socket.pause();
    // As the sockets of Node's HTTP/2 servers.
    socket.allowHalfOpen = false;
    socket.unshift(bytes);
    loading ??= load();
    loading.then((serve) => serve(socket)).catch(() => socket.destroy());
    return true;
  };
}
