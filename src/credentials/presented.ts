import type { CredentialReason } from '../core/explaining/reasons.ts';
import { worldOfName } from '../core/world-id.ts';
import { NGC_KEY_PREFIX } from '../kits/ngc/ngc-key.ts';
import { claimsSaid } from '../tokens/compact.ts';
import { hashSecret } from './secret.ts';
import { markIn } from './world-mark.ts';

/** A credential that somebody presents, as far as it tells whose it is: nobody has looked yet at whether it counts. */
export type Presented =
  | { readonly kind: 'key'; readonly mark: string; readonly hash: () => string }
  /** A refresh token or a code. */
  | { readonly kind: 'grant'; readonly mark: string }
  | { readonly kind: 'token'; readonly world: string }
  | { readonly kind: 'client'; readonly clientId: string };

/** Longer texts are no credentials of ours, and are not read. */
const MOST_TOKEN = 16 * 1024;

/** What a header `Authorization` presents; null where it is not there, or is nothing that is of a world. */
export function presentedInHeader(authorization: string | undefined): Presented | null {
  if (authorization === undefined || authorization.length > MOST_TOKEN) return null;
  const [, scheme, text] = /^(bearer|basic) +(\S+)/i.exec(authorization) ?? [];
  if (scheme === undefined || text === undefined) return null;
  if (scheme.toLowerCase() === 'basic') return presentedByBasic(text);
  return text.startsWith(NGC_KEY_PREFIX) ? presentedKey(text) : presentedToken(text);
}

export function presentedKey(text: string): Presented {
  return { kind: 'key', mark: markIn(text.slice(NGC_KEY_PREFIX.length)), hash: () => hashSecret(text) };
}

export function presentedGrant(text: string): Presented {
  return { kind: 'grant', mark: markIn(text) };
}

export function presentedClient(clientId: string): Presented {
  return { kind: 'client', clientId };
}

/** The client of Basic (RFC 6749, 2.3.1); null where it cannot be read. */
function presentedByBasic(base64: string): Presented | null {
  const [pair = ''] = Buffer.from(base64, 'base64').toString('utf8').split(':', 1);
  try {
    return presentedClient(decodeURIComponent(pair.replaceAll('+', ' ')));
  } catch {
    return null;
  }
}

/** A JWT that carries a world at the end of its `sid`; null for any other text. */
function presentedToken(text: string): Presented | null {
  const sid = claimsSaid(text)?.['sid'];
  return typeof sid === 'string' ? { kind: 'token', world: worldOfName(sid) } : null;
}

/** Which kind of credential a reason says is unknown: it may be another world's. */
export const UNKNOWN_BY: Partial<Record<CredentialReason, Presented['kind']>> = {
  unknown_key: 'key',
  unknown_client: 'client',
  unknown_refresh_token: 'grant',
  unknown_code: 'grant',
};
