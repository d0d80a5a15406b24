import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply } from 'fastify';
import type { Payload } from './request.ts';

/** The minimum size of a body to compress. Shorter ones fit into one packet anyway. */
const MIN_BYTES = 1024;

/** The media types to compress. Excludes event streams, because a compressor would buffer events. */
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:javascript|(?:[\w.-]+\+)?(?:json|yaml)))/;

/** The value to add to `vary` once a coding is negotiated. */
const VARY_BY_CODING = 'Accept-Encoding';

const gzipBytes = promisify(gzip);

/** The compressed copies of buffers, which pages return repeatedly. */
const COMPRESSED_BUFFERS = new WeakMap<Buffer, Promise<Buffer>>();

/** Compresses a text response if the client accepts gzip, unless its coding was negotiated before. */
export async function compress(reply: FastifyReply, payload: Payload): Promise<Payload> {
  const { 'content-type': type, vary } = reply.getHeaders();
  if (!payload || String(vary).includes(VARY_BY_CODING) || !COMPRESSIBLE.test(String(type))) return payload;
  const isStream = payload instanceof Readable;
  if (!isStream && Buffer.byteLength(payload) < MIN_BYTES) return payload;
  if (!negotiateGzip(reply)) return payload;
  if (isStream) return pipeline(payload, createGzip(), () => {});
  if (typeof payload === 'string') return gzipBytes(payload);
  const compressed = COMPRESSED_BUFFERS.get(payload) ?? gzipBytes(payload);
  COMPRESSED_BUFFERS.set(payload, compressed);
  return compressed;
}

/** Sets the headers for gzip if the client accepts it. */
function negotiateGzip(reply: FastifyReply): boolean {
  const coding = negotiate(String(reply.request.headers['accept-encoding'] ?? ''), ['gzip']);
  const { vary } = reply.getHeaders();
  reply.header('vary', vary === undefined ? VARY_BY_CODING : `${vary}, ${VARY_BY_CODING}`);
  if (coding !== null) reply.header('content-encoding', coding);
  return coding !== null;
}
