import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply } from 'fastify';
import type { Payload } from './request.ts';

/** File extensions of the compressed copies next to a built file, by content coding. */
const COPY_EXTENSIONS = { br: '.br', gzip: '.gz' } as const;
type Coding = keyof typeof COPY_EXTENSIONS;

/** The extension of a built file or one of its compressed copies. */
export type CopyExtension = '' | (typeof COPY_EXTENSIONS)[Coding];

/** Shorter bodies fit into one packet anyway. */
const MIN_BYTES = 1024;

/** Excludes event streams: a compressor would buffer events. */
const TEXT = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|yaml))/;

/** Added to `vary` once a coding is negotiated. */
const ACCEPT = 'Accept-Encoding';

const gzipped = promisify(gzip);

/** Pages return the same buffers repeatedly, so each is compressed once. */
const COMPRESSED = new WeakMap<Buffer, Promise<Buffer>>();

/** Compresses a text response if the client accepts gzip, unless its coding was negotiated before. */
export async function compress(reply: FastifyReply, payload: Payload): Promise<Payload> {
  const { 'content-type': type, vary } = reply.getHeaders();
  if (!payload || String(vary).includes(ACCEPT) || !TEXT.test(String(type))) return payload;
  const isStream = payload instanceof Readable;
  if (!isStream && Buffer.byteLength(payload) < MIN_BYTES) return payload;
  if (negotiateCoding(reply, ['gzip']) === null) return payload;
  if (isStream) return pipeline(payload, createGzip(), () => {});
  if (typeof payload === 'string') return gzipped(payload);
  const compressed = COMPRESSED.get(payload) ?? gzipped(payload);
  COMPRESSED.set(payload, compressed);
  return compressed;
}

/** Reads a built file in the best form that the client accepts. @param read reads the file with the given extension */
export function readBuiltFile(reply: FastifyReply, read: (ending: CopyExtension) => Promise<Buffer>): Promise<Buffer> {
  const coding = negotiateCoding(reply, ['br', 'gzip']);
  return read(coding === null ? '' : COPY_EXTENSIONS[coding]);
}

/** Negotiates a coding and sets the headers for it. @param codings best first */
function negotiateCoding(reply: FastifyReply, codings: Coding[]): Coding | null {
  const coding = negotiate(String(reply.request.headers['accept-encoding'] ?? ''), codings);
  const { vary } = reply.getHeaders();
  reply.header('vary', vary === undefined ? ACCEPT : `${vary}, ${ACCEPT}`);
  if (coding !== null) reply.header('content-encoding', coding);
  return coding;
}
