import type { Drill } from '../../contract/drill.ts';
import type { Policy } from '../../decisions/policy.ts';
import { Problem } from '../../decisions/problem.ts';
import { findNewestRequest, requireKeyInForce } from '../../ngc-keys/drills.ts';
import { editKey } from '../../ngc-keys/keyring.ts';
import { later, rfc3339 } from '../../time/clock.ts';
import { FUNCTIONS, isPublic } from './functions.ts';

/** The published delay of edits, in milliseconds. */
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
  run: async (context, who) => {
    const { now } = context;
    const { principal, used } = findNewestRequest(
      context,
      who,
      'service key with a scope of Cloud Functions',
      ({ service, principal: { kind }, used: scopes }) =>
        service === 'nvcf' && kind === 'service-key' && scopes.length > 0,
    );
    const { id, name } = principal;
    const effectiveAt = later(now, PROPAGATION_DELAY_MS);
    const lostScopes = used.map((scope) => `\`${scope}\``).join(' and ');
    const policy = (newest: Policy | null): Policy => {
      const { scopes = [], resources = [] } = newest ?? {};
      const remaining = scopes.filter((scope) => !used.includes(scope));
      if (remaining.length < scopes.length) return { resources, scopes: remaining };
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

const deleteFunction: Drill = {
  name: 'delete-function',
  event: 'The owner deletes the function of the newest allowed request, including all versions.',
  rightClient:
    'After the 404, it does not repeat the request. It looks up the function again, or reports that it was deleted.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: 'the key of the newest allowed request for a function',
  run: async (context, who) => {
    const { collections } = context.store;
    const { principal, target } = findNewestRequest(
      context,
      who,
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
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=[/,]|$)/.exec(target)?.[0] ?? '';
}

/** Drills for clients of Cloud Functions. */
export const DRILLS: readonly Drill[] = [narrowKey, deleteFunction];
