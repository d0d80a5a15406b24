import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply } from 'fastify';
import type { Payload } from './request.ts';

/** Endings of the compressed forms of a built file, which are beside it, by content coding. */
const ENDINGS = { br: '.br', gzip: '.gz' } as const;
type Coding = keyof typeof ENDINGS;

/** The ending of a built file, or of one of its compressed forms. */
export type Ending = '' | (typeof ENDINGS)[Coding];

/** A shorter body fits into one packet anyway. */
const MIN_BYTES = 1024;

/** Events are read as they happen, so they are never held back by a compressor. */
const TEXT = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|yaml))/;

/** The header that `vary` names once a coding was chosen. */
const ACCEPT = 'Accept-Encoding';

const gzipped = promisify(gzip);

/** Pages hand out the same bytes again and again, so they are compressed once. */
const COMPRESSED = new WeakMap<Buffer, Promise<Buffer>>();

/** Compresses the text of an answer if the client accepts gzip, unless its coding was chosen before. */
export async function compress(reply: FastifyReply, payload: Payload): Promise<Payload> {
  const { 'content-type': type, vary } = reply.getHeaders();
  if (!payload || String(vary).includes(ACCEPT) || !TEXT.test(String(type))) return payload;
  const isStream = payload instanceof Readable;
  if (!isStream && Buffer.byteLength(payload) < MIN_BYTES) return payload;
  if (useCoding(reply, ['gzip']) === null) return payload;
  if (isStream) return pipeline(payload, createGzip(), () => {});
  if (typeof payload === 'string') return gzipped(payload);
  const known = COMPRESSED.get(payload) ?? gzipped(payload);
  COMPRESSED.set(payload, known);
  return known;
}

/** Reads the form of a built file that the client accepts. @param read reads the one with this ending */
export function builtFile(reply: FastifyReply, read: (ending: Ending) => Promise<Buffer>): Promise<Buffer> {
  const coding = useCoding(reply, ['br', 'gzip']);
  return read(coding === null ? '' : ENDINGS[coding]);
}

/** Chooses a coding that the client accepts, and sets the headers for it. @param codings best first */
function useCoding(reply: FastifyReply, codings: Coding[]): Coding | null {
  const coding = negotiate(String(reply.request.headers['accept-encoding'] ?? ''), codings);
  const { vary } = reply.getHeaders();
  reply.header('vary', vary === undefined ? ACCEPT : `${vary}, ${ACCEPT}`);
  if (coding !== null) reply.header('content-encoding', coding);
  return coding;
}
