import { ask, type Decision, type KeyOrder, type RecordedRequest } from '../control-api/client.ts';
import type { Identity } from './identities.ts';
import { keyTexts, type NgcKey, type Policy } from './keys.ts';

/** Who sends a call: `anonymous` sends no credential, `unknown` one that the page does not know. */
export type Sender = SenderWithoutKey | SenderWithKey;

type SenderWithoutKey =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'principal'; readonly name: string }
  | { readonly kind: 'unknown' };

interface SenderWithKey {
  readonly kind: 'key';
  readonly name: string;
  /** Null if the page does not know it. */
  readonly text: string | null;
}

/** The sender of a recorded request. `order` creates a key with the same rights; null: every new world has this key. */
export type Caller = SenderWithoutKey | (SenderWithKey & { readonly order: KeyOrder | null });

/** The senders of requests that this page sent, by id. The journal has no caller if nothing checked the credential. */
export const senders = new Map<string, Sender>();

/**
 * Returns the sender of a recorded request, with the credential if it is known.
 *
 * @param identities all identities of the world
 * @param isEdited whether the key was edited before, so that no new world has it with these rights
 */
export function pickCaller(
  { id: requestId, at, principal, request }: RecordedRequest,
  decision: Decision | null,
  identities: readonly Identity[],
  isEdited = false,
): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'anonymous' };
  if (principal === null) {
    const sender = senders.get(requestId) ?? { kind: 'unknown' };
    if (sender.kind !== 'key') return sender;
    const identity = identities.find((candidate) => findKeyText(candidate) === sender.text);
    return { ...sender, order: createOrder(identity, decision, at, isEdited) };
  }
  if (!sentBearer(request)) return { kind: 'unknown' };
  const { id, name, kind } = principal;
  if (!kind.endsWith('key')) {
    // A refused token cannot be reproduced: a new one would be accepted.
    return decision?.principal === null ? { kind: 'unknown' } : { kind: 'principal', name };
  }
  const identity = identities.find((candidate) => candidate.id === id);
  return { kind: 'key', name, text: findKeyText(identity), order: createOrder(identity, decision, at, isEdited) };
}

/** Returns whether a recorded request has a bearer credential. The scheme may be in any case. */
export function sentBearer({ headers }: RecordedRequest['request']): boolean {
  return /^bearer /i.test(String(headers['authorization']));
}

export function senderOf(identity: Identity): Sender {
  const { name, key } = identity;
  return key === undefined ? { kind: 'principal', name } : { kind: 'key', name, text: findKeyText(identity) };
}

function findKeyText(identity: Identity | undefined): string | null {
  const [credential] = identity?.credentials ?? [];
  return credential?.kind === 'key' ? credential.text : null;
}

/**
 * Returns an order for a key with the same rights; null if every world has this key with these rights.
 *
 * @param at the time of the rights, if no decision has their version
 */
function createOrder(identity: Identity | undefined, decision: Decision | null, at: string, isEdited = false) {
  const key = identity?.key;
  if (key === undefined) return null;
  const version = decision?.policyVersion ?? versionAt(key, at);
  const isFromCast = identity?.credentials.length === 1 && !keyTexts.value.has(key.id);
  // The first version of a key in the cast is the one of every new world.
  if (version <= 1 && isFromCast && !isEdited) return null;
  const { type, name, services, roles } = key;
  const policy = key.history.find((entry) => entry.version === version) ?? key.policy;
  return { type, name: `${name} again`, services, ...(policy === null ? { roles } : pickRights(policy)) } as KeyOrder;
}

/** Returns the policy version in effect at a time; 0 for keys without versions. */
function versionAt({ history }: NgcKey, at: string): number {
  const inForce = history.filter(({ effectiveAt }) => Date.parse(effectiveAt) <= Date.parse(at));
  return Math.max(0, ...inForce.map(({ version }) => version));
}

function pickRights({ scopes, resource }: Policy): Pick<KeyOrder, 'scopes' | 'resource'> {
  return { scopes, ...(resource !== null && resource !== undefined && { resource }) };
}

/** Returns the credential of a sender, with a new token for a principal; null for none. @throws Error if it is unknown */
export async function requestToken(sender: Sender): Promise<string | null> {
  const obstacle = findObstacle(sender);
  if (obstacle !== null) throw new Error(obstacle);
  if (sender.kind === 'key') return sender.text;
  if (sender.kind !== 'principal') return null;
  return (await ask<{ token: string }>('POST', '/_mock/tokens', { for: sender.name })).token;
}

/** Returns why the page cannot send a call as this sender; null if it can. */
export function findObstacle(sender: Sender): string | null {
  if (sender.kind === 'unknown') return 'The journal keeps no credentials, and the caller is unknown.';
  if (sender.kind === 'key' && sender.text === null) {
    return `The text of the key \`${sender.name}\` is unknown: it was shown only once.`;
  }
  return null;
}
