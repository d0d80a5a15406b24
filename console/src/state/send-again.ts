import type { RecordedRequest } from '../control-api/types.ts';
import { sendAs } from '../control-api/vendor.ts';
import { type Call, type Caller, pickCaller, requestToken, toCall } from './call.ts';
import type { Identity } from './identities.ts';
import { readSummaries } from './requests.ts';

/** A resent request: its id in the journal, and its status. */
export interface SentAgain {
  readonly id: string;
  /** Null if the connection broke. */
  readonly status: number | null;
}

/** Methods that browsers cannot send with a body. */
const BODYLESS = ['GET', 'HEAD'];

/**
 * Resends a recorded request as its caller.
 *
 * @param identities all identities of the world
 * @throws Error with a message if it cannot be sent: the journal has no secrets, and only the beginning of long bodies
 */
export async function sendAgain(recorded: RecordedRequest, identities: readonly Identity[]): Promise<SentAgain> {
  const call = toCall(recorded);
  if (call.lacks !== null) throw new Error(call.lacks);
  return sendCall(call, pickCaller(recorded, null, identities));
}

/**
 * Sends a call as an identity.
 *
 * @throws Error if the credential is unknown, or if the call is not in the journal afterwards
 */
export async function sendCall({ method, target, headers, body }: Call, caller: Caller): Promise<SentAgain> {
  // Identifies the request in the journal.
  const traceparent = `00-${randomHex(16)}-${randomHex(8)}-01`;
  const sending = sendAs(await requestToken(caller), method, target, {
    headers: { ...headers, traceparent },
    body: BODYLESS.includes(method) ? null : body,
    redirect: 'manual',
  });
  // The browser hides the status of a redirect and of a broken connection. The journal has both.
  await sending.then(
    (response) => response.body?.cancel(),
    () => {},
  );
  const sent = (await readSummaries({ limit: 50 })).find((request) => request.traceparent === traceparent);
  if (sent === undefined) throw new Error('The request did not reach the server.');
  return { id: sent.id, status: sent.status };
}

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
