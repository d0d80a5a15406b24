import { ask } from '../control-api/client.ts';
import type { Decision, KeyOrder, RecordedRequest } from '../control-api/types.ts';
import type { Identity } from './identities.ts';
import { keyTexts, type NgcKey, type Policy } from './keys.ts';

/** The sender of a request: `anonymous` sends no credential, `unknown` one that the page does not know. */
export type Caller =
  | { readonly kind: 'anonymous' }
  /** `order` creates a key with the same rights; null: every new world has this key. */
  | { readonly kind: 'key'; readonly name: string; readonly text: string | null; readonly order: KeyOrder | null }
  | { readonly kind: 'principal'; readonly name: string }
  | { readonly kind: 'unknown' };

/**
 * Returns the sender of a recorded request, with the credential if it is known.
 *
 * @param identities all identities of the world
 * @param isEdited whether the key was edited before, so that no new world has it with these rights
 */
export function pickCaller(
  { at, principal, request }: RecordedRequest,
  decision: Decision | null,
  identities: readonly Identity[],
  isEdited = false,
): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'anonymous' };
  if (principal === null || !String(authorization).startsWith('Bearer ')) return { kind: 'unknown' };
  const { id, name, kind } = principal;
  if (!kind.endsWith('key')) {
    // A refused token cannot be reproduced: a new one would be accepted.
    return decision?.principal === null ? { kind: 'unknown' } : { kind: 'principal', name };
  }
  const identity = identities.find((candidate) => candidate.id === id);
  return { kind: 'key', name, text: findKeyText(identity), order: createOrder(identity, decision, at, isEdited) };
}

/** Returns an identity as a caller, with its current rights. */
export function callerOfIdentity(identity: Identity): Caller {
  const { name, key } = identity;
  if (key === undefined) return { kind: 'principal', name };
  return {
    kind: 'key',
    name,
    text: findKeyText(identity),
    order: createOrder(identity, null, new Date().toISOString()),
  };
}

/** Returns the text of a key if it is known. */
function findKeyText(identity: Identity | undefined): string | null {
  const [credential] = identity?.credentials ?? [];
  return credential?.kind === 'key' ? credential.text : null;
}

/**
 * Returns an order for a key with the same rights; null if every world has this key with these rights.
 *
 * @param at the time of the rights, if no decision has their version
 */
function createOrder(
  identity: Identity | undefined,
  decision: Decision | null,
  at: string,
  isEdited = false,
): KeyOrder | null {
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

/** Returns the rights of a policy, as members of an order. */
function pickRights({ scopes, resource }: Policy): Pick<KeyOrder, 'scopes' | 'resource'> {
  return { scopes, ...(resource !== null && resource !== undefined && { resource }) };
}

/** Returns the credential of a caller, with a new token for a principal; null for none. @throws Error if it is unknown */
export async function requestToken(caller: Caller): Promise<string | null> {
  const obstacle = findObstacle(caller);
  if (obstacle !== null) throw new Error(obstacle);
  if (caller.kind === 'key') return caller.text;
  if (caller.kind !== 'principal') return null;
  return (await ask<{ token: string }>('POST', '/_mock/tokens', { for: caller.name })).token;
}

/** Returns why the page cannot send a call as this caller; null if it can. */
export function findObstacle(caller: Caller): string | null {
  if (caller.kind === 'unknown') return 'The journal keeps no credentials, and the caller is unknown.';
  if (caller.kind === 'key' && caller.text === null) {
    return `The text of the key \`${caller.name}\` is unknown: it was shown only once.`;
  }
  return null;
}
