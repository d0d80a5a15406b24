import { sendAs } from '../control-api/vendor.ts';
import type { Call } from './call.ts';
import { requestToken, type Sender, senders } from './caller.ts';
import { readSummaries } from './requests.ts';

/** The number of the newest requests among which a sent one is searched; others may arrive at the same time. */
const MAX_SEARCHED = 50;

/** Methods that browsers cannot send with a body. */
const BODYLESS_METHODS = ['GET', 'HEAD'];

/**
 * Sends a call as an identity. Returns its id in the journal, and its status.
 *
 * @throws Error if the credential is unknown, or if the call is not in the journal afterwards
 */
export async function sendCall({ method, target, headers, body }: Call, sender: Sender) {
  // Identifies the request in the journal.
  const traceparent = `00-${randomHex(16)}-${randomHex(8)}-01`;
  const sending = sendAs(await requestToken(sender), method, target, {
    headers: { ...headers, traceparent },
    body: BODYLESS_METHODS.includes(method) ? null : body,
    redirect: 'manual',
  });
  // The browser hides the status of a redirect and of a broken connection. The journal has both.
  await sending.then(
    (response) => response.body?.cancel(),
    () => {},
  );
  const sent = (await readSummaries(MAX_SEARCHED)).find((request) => request.traceparent === traceparent);
  if (sent === undefined) throw new Error('The request did not reach the server.');
  senders.set(sent.id, sender);
  return { id: sent.id, status: sent.status };
}

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
