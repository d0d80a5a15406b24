import type { Drill, JudgedRequest } from '../contract/drill.ts';
import type { RequestContext } from '../contract/request.ts';
import type { Caller } from '../decisions/decide.ts';
import type { Principal } from '../decisions/principal.ts';
import { Problem } from '../decisions/problem.ts';
import { ngcKeysIn } from './index.ts';
import { requireValid } from './key-bearer.ts';
import { presentApiKey, presentBearerKey } from './key-text.ts';
import { editKey, rotateKey } from './keyring.ts';
import { type KeyInForce, NGC_KEYS } from './records.ts';

const NEWEST_REQUEST_KEY = 'the key of the newest allowed request';

const rotate: Drill = {
  name: 'rotate-key',
  event: 'Rotates the key: the response has the new key, and the old one is no longer accepted.',
  rightClient:
    'When its key is refused, it reloads the key from its configuration and continues with the new one. It does not retry with the old one.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: NEWEST_REQUEST_KEY,
  run: async (context, caller) => {
    const principal = selectKey(context, caller);
    const { id, name } = principal;
    await requireKeyInForce(context, id);
    const before = await NGC_KEYS.byId(context.store.collections, id);
    const usesOldKey = (seen: JudgedRequest) => hashSentKey(seen) === before?.body.secretHash;
    const key = await rotateKey(context, id);
    return {
      summary: `Rotated the key ${name}.`,
      principal,
      key,
      watch: {
        isRefused: (seen) => seen.decision.effect === 'deny' && usesOldKey(seen),
        subject: () => 'the old key',
        cure: { name: 'The new key', matches: (seen) => seen.decision.principal?.id === id && !usesOldKey(seen) },
      },
    };
  },
};

const expire: Drill = {
  name: 'expire-key',
  event: 'The key expires now.',
  rightClient: 'It stops sending the key, and reports that it has expired and must be replaced.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: NEWEST_REQUEST_KEY,
  run: async (context, caller) => {
    const principal = selectKey(context, caller);
    const { id, name } = principal;
    const { key } = await requireKeyInForce(context, id);
    await editKey(context, context.now, key, { expiresAt: context.now });
    return {
      summary: `Expired the key ${name}.`,
      principal,
      watch: {
        isRefused: ({ decision }) => decision.reason === 'expired_key' && decision.credential?.claimed?.id === id,
        subject: () => 'the key',
      },
    };
  },
};

/** Drills for clients with NGC keys, regardless of the service they call. */
export const KEY_DRILLS: readonly Drill[] = [rotate, expire];

/** An allowed request that a drill can target. */
interface AllowedRequest {
  readonly seen: JudgedRequest;
  readonly service: string;
  readonly principal: Principal;
  /** Permissions that the decision relied on. */
  readonly used: readonly string[];
  /** The requested object; empty if there was none. */
  readonly target: string;
}

/**
 * Finds the newest allowed request that matches.
 *
 * @param caller the principal; null for any
 * @param noun a noun without an article, for the message
 * @throws Problem `conflict` if the journal has no such request
 */
export function findNewestRequest(
  { world }: RequestContext,
  caller: Caller | null,
  noun: string,
  fits: (request: AllowedRequest) => boolean,
): AllowedRequest {
  for (const seen of world.activityLog.watches.newestFirst()) {
    const { effect, service, principal, rights, resources } = seen.decision;
    const { used = [] } = rights ?? {};
    const { target = '' } = resources ?? {};
    if (effect === 'deny' || principal === null || (caller !== null && caller.principal.id !== principal.id)) continue;
    const request = { seen, service, principal, used, target };
    if (fits(request)) return request;
  }
  const requester = caller === null ? `a ${noun}` : `${caller.principal.name} as a ${noun}`;
  throw new Problem(
    'conflict',
    `The drill needs an allowed request of ${requester}, but none is recorded. Let the client send one first.`,
  );
}

/**
 * Returns the key that a drill targets: the given caller, or else the key of the newest allowed request.
 *
 * @throws Problem if the caller is not a key, or if none is given and no such request is recorded
 */
function selectKey(context: RequestContext, caller: Caller | null): Principal {
  if (caller === null) return findNewestRequest(context, null, 'key', ({ principal }) => isKey(principal)).principal;
  if (isKey(caller.principal)) return caller.principal;
  throw new Problem('invalid_request', 'Field `principal` must name a key.');
}

function isKey({ kind }: Principal): boolean {
  return kind === 'service-key' || kind === 'personal-key';
}

/** @throws Problem `conflict` if the key was deleted; `unauthenticated` if it is not valid */
export async function requireKeyInForce({ store, now }: RequestContext, id: string): Promise<KeyInForce> {
  const found = await ngcKeysIn(store).findById(id, now);
  if (found !== null) return requireValid(found, now);
  throw new Problem('conflict', 'The key of the newest request was deleted. Choose another key with `principal`.');
}

/** Returns the hash of the key that a request was sent with. */
function hashSentKey({ header }: JudgedRequest): string | undefined {
  const authorization = header('authorization') ?? '';
  const presented = presentBearerKey(authorization) ?? presentApiKey(authorization);
  return presented?.kind === 'key' ? presented.hash() : undefined;
}
