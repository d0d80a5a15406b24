import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createGzip, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply } from 'fastify';
import type { Payload } from './request.ts';

/** The minimum size of a body to compress. Shorter ones fit into one packet anyway. */
const MIN_BYTES = 1024;

/** The media types to compress. Excludes event streams, because a compressor would buffer events. */
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:javascript|(?:[\w.-]+\+)?(?:json|yaml)))/;

const VARY_BY_CODING = 'Accept-Encoding';

const gzipBytes = promisify(gzip);
/** A better quality saves 7 % and takes 30 times as long. */
const BROTLI_OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const brotliBytes = promisify(brotliCompress);

/** The compressed copies of buffers, which pages return repeatedly, by coding. */
const COPIES = new WeakMap<Buffer, { br?: Promise<Buffer>; gzip?: Promise<Buffer> }>();

/** Compresses a text response in a coding that the client accepts, unless that was negotiated before. */
export async function compress(reply: FastifyReply, payload: Payload): Promise<Payload> {
  const { 'content-type': type, vary } = reply.getHeaders();
  if (!payload || String(vary).includes(VARY_BY_CODING) || !COMPRESSIBLE.test(String(type))) return payload;
  const isStream = payload instanceof Readable;
  if (!isStream && Buffer.byteLength(payload) < MIN_BYTES) return payload;
  // Brotli takes longer, which pays only for what is returned repeatedly.
  const codings: ('br' | 'gzip')[] = Buffer.isBuffer(payload) ? ['br', 'gzip'] : ['gzip'];
  const coding = negotiate(String(reply.request.headers['accept-encoding'] ?? ''), codings);
  reply.header('vary', vary === undefined ? VARY_BY_CODING : `${vary}, ${VARY_BY_CODING}`);
  if (coding === null) return payload;
  reply.header('content-encoding', coding);
  if (isStream) return pipeline(payload, createGzip(), () => {});
  if (typeof payload === 'string') return gzipBytes(payload);
  const copies = COPIES.get(payload) ?? {};
  COPIES.set(payload, copies);
  copies[coding] ??= coding === 'br' ? brotliBytes(payload, BROTLI_OPTIONS) : gzipBytes(payload);
  return copies[coding];
}
