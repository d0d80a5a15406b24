import type { Drill } from '../../contract/drill.ts';
import type { Policy } from '../../decisions/policy.ts';
import { Problem } from '../../decisions/problem.ts';
import { findNewestRequest, requireKeyInForce } from '../../ngc-keys/drills.ts';
import { editKey } from '../../ngc-keys/keyring.ts';
import { addMilliseconds, rfc3339 } from '../../time/clock.ts';
import { FUNCTIONS, isPublic } from './functions.ts';
import { FUNCTION_IN_TARGET } from './name-patterns.ts';

/** The published time after which an edit of a key takes effect. */
const PROPAGATION_DELAY_MS = 15 * 60_000;

const narrowKey: Drill = {
  name: 'narrow-key',
  event:
    "A service key loses the scope of its newest allowed request. The edit takes effect after 15 minutes, regardless of the world's propagation delay.",
  rightClient:
    'It works until the edit takes effect. After the 403, it does not repeat the request, and reports which right is missing.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: 'the service key of the newest allowed request',
  run: async (context, requestedPrincipal) => {
    const { now } = context;
    const { principal, used } = findNewestRequest(
      context,
      requestedPrincipal,
      'service key with a scope of Cloud Functions',
      ({ service, principal: { kind }, used: scopes }) =>
        service === 'nvcf' && kind === 'service-key' && scopes.length > 0,
    );
    const { id, name } = principal;
    const effectiveAt = addMilliseconds(now, PROPAGATION_DELAY_MS);
    const lostScopes = used.map((scope) => `\`${scope}\``).join(' and ');
    const policy = (newest: Policy | null): Policy => {
      const narrowed = removeScopes(newest, used);
      if (narrowed !== null) return narrowed;
      throw new Problem('conflict', `The key ${name} has already lost ${lostScopes}.`);
    };
    const { key } = await requireKeyInForce(context, id);
    await editKey(context, now, key, { policy }, effectiveAt);
    return {
      summary: `The key ${name} loses ${lostScopes} at ${rfc3339(effectiveAt)}.`,
      principal,
      watch: {
        isRefused: ({ decision: { principal: caller, rights: { missing = [], missingAnyOf = [] } = {} } }) =>
          caller?.id === id && [...missing, ...missingAnyOf].some((scope) => used.includes(scope)),
      },
    };
  },
};

/** Returns a policy without these scopes; null if it has none of them. */
function removeScopes(policy: Policy | null, lost: readonly string[]): Policy | null {
  const { scopes = [], resources = [] } = policy ?? {};
  const remaining = scopes.filter((scope) => !lost.includes(scope));
  return remaining.length < scopes.length ? { resources, scopes: remaining } : null;
}

const deleteFunction: Drill = {
  name: 'delete-function',
  event: 'The owner deletes the function of the newest allowed request, including all versions.',
  rightClient:
    'After the 404, it does not repeat the request. It looks up the function again, or reports that it was deleted.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: 'the key of the newest allowed request for a function',
  run: async (context, requestedPrincipal) => {
    const { collections } = context.store;
    const { principal, target } = findNewestRequest(
      context,
      requestedPrincipal,
      'key that named a function',
      ({ service, target: named }) => service === 'nvcf' && readFunctionId(named) !== '',
    );
    const functionId = readFunctionId(target);
    const versions = await FUNCTIONS.ofParent(collections, functionId);
    const [version] = versions;
    if (version === undefined) throw new Problem('conflict', `The function ${functionId} has already been deleted.`);
    if (versions.some(isPublic)) {
      throw new Problem('conflict', `The function ${functionId} is public, so it cannot be deleted.`);
    }
    await FUNCTIONS.changeParts(collections, functionId, () => null);
    return {
      summary: `Deleted the function ${version.body.name} (${functionId}).`,
      principal,
      watch: {
        isRefused: ({ decision: { reason, resources } }) =>
          reason === 'no_such_object' && readFunctionId(resources?.target) === functionId,
      },
    };
  },
};

/** Returns the function id in a decision's target, with or without a version id; empty if there is none. */
function readFunctionId(target = ''): string {
  return FUNCTION_IN_TARGET.exec(target)?.[0] ?? '';
}

/** Drills for clients of Cloud Functions. */
export const DRILLS: readonly Drill[] = [narrowKey, deleteFunction];
