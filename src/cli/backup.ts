import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FlagTexts } from '../config/config.ts';
import { otherSchemeError } from '../core/connection-advice.ts';
import { countOf } from '../core/count.ts';
import { whyUnreadable, whyUnwritable } from '../core/file-fault.ts';
import { memberOf } from '../core/own.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { askWorld, detailOf, noAnswer, noMock } from './ask-world.ts';
import { jsonOf, openRequest, type Running, runningWorld, tokenAdvice } from './running.ts';

/** The server, or its default world. */
interface From {
  /** Null: the server on this machine. */
  readonly url: string | null;
}

/** Only the owner may read it: the file has signing keys, and the secrets of seeds. */
const SECRET = 0o600;

/**
 * Writes all worlds of a running server to a file, which appears once it is complete.
 *
 * @throws Unusable if there is no such server, or if the file cannot be written
 */
export async function exportWorlds(flags: FlagTexts, file: string, { url }: From): Promise<void> {
  const { server } = await runningWorld(flags, url, null);
  const response = await answerOf(openRequest(server, '/_mock/export').end()).catch((cause: unknown) => {
    throw noAnswer(server, cause);
  });
  if (response.statusCode !== 200) throw await refusal(server, response);
  const part = `${file}.part`;
  try {
    await rm(part, { force: true });
    await pipeline(response, createWriteStream(part, { flags: 'wx', mode: SECRET }));
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {});
    const why = isBroken(cause)
      ? 'The server broke off the export'
      : `${showValue(file)} cannot be written: ${whyUnwritable(cause)}`;
    throw new Unusable(`${why}. Nothing was written.`, { cause });
  }
  process.stdout.write(`wrote all worlds to ${file}, which only its owner can read: it has secrets\n`);
}

/**
 * Makes the worlds of a file in a running server.
 *
 * @param asked.replace replaces worlds and snapshots that exist
 * @throws Unusable if there is no such server or file, or with the reason of the control API
 */
export async function importWorlds(
  flags: FlagTexts,
  file: string,
  { url, replace }: From & { readonly replace: boolean },
): Promise<void> {
  const { server } = await runningWorld(flags, url, null);
  const unreadable = (cause: unknown) =>
    new Unusable(
      `${showValue(file)} cannot be read: ${whyUnreadable(cause)}. Give a file of \`nv-auth-mock export\`.`,
      { cause },
    );
  const found = await stat(file).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (!found.isFile()) throw unreadable({ code: 'NOT_A_FILE' });
  // A server that refuses a file before it has arrived closes the connection, and its answer may be lost.
  const most = await askWorld(server, null, '/info', ({ store }: { readonly store?: unknown }) => {
    const bytes = memberOf(store, 'most');
    return typeof bytes === 'number' ? bytes : undefined;
  });
  if (found.size > most) {
    throw new Unusable(
      `${showValue(file)} has ${found.size} bytes, but the server on ${server.url} takes at most ${most}. Start it with a higher --max-state.`,
    );
  }
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': found.size };
  const request = openRequest(server, `/_mock/import${replace ? '?replace=true' : ''}`, 'POST', headers);
  let fault: unknown = null;
  const sent = pipeline(createReadStream(file, { end: Math.max(0, found.size - 1) }), request).catch((cause) => {
    fault = cause;
  });
  const response = await answerOf(request).catch((cause: unknown) => {
    if (!isBroken(cause)) throw noAnswer(server, cause);
    const message = `The server on ${server.url} closed the connection before it answered. Its log says why, and \`GET /_mock/worlds\` which worlds it has.`;
    throw new Unusable(message, { cause });
  });
  if (response.statusCode !== 200) throw await refusal(server, response);
  await sent;
  if (fault !== null) throw unreadable(fault);
  const body = jsonOf(await textOf(response));
  const count = (member: string, noun: string) => {
    const ids = memberOf(body, member);
    return countOf(Array.isArray(ids) ? ids.length : 0, noun);
  };
  process.stdout.write(`imported ${count('worlds', 'world')} and ${count('snapshots', 'snapshot')}\n`);
}

/** @throws Error if there is no answer */
function answerOf(request: ReturnType<typeof openRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
}

/** Did the server close the connection? */
function isBroken(cause: unknown): boolean {
  const code = memberOf(cause, 'code');
  return code === 'ECONNRESET' || code === 'EPIPE';
}

async function refusal(server: Running, response: IncomingMessage): Promise<Unusable> {
  const { statusCode } = response;
  if (statusCode === 401) return new Unusable(`The server on ${server.url} ${tokenAdvice(server.headers)}.`);
  const text = await textOf(response);
  const other = otherSchemeError(text);
  return other === null ? new Unusable(detailOf(jsonOf(text)) ?? noMock(server)) : noAnswer(server, other);
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return text;
}
