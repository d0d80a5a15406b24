import { rfc3339 } from '../core/clock.ts';
import type { Chronicle } from '../journal/chronicle.ts';
import type { WorldSecrets } from '../journal/known-secrets.ts';
import type { Identity } from '../store/identities.ts';
import type { Store } from '../store/index.ts';
import type { NgcKeyEdit } from '../store/ngc-keys.ts';

/** Is told when client ids and keys lead to a world, or no longer do. */
export interface CredentialClaims {
  /** A client id was created in the world. */
  made(clientId: string): Promise<void>;
  /** Client ids were deleted from it. */
  gone(clientIds: readonly string[]): Promise<void>;
  /** An NGC key was deleted from it, or has another text. A new text leads to its world by itself. */
  keyGone(): Promise<void>;
}

/**
 * A store that reports which credentials are created and deleted in it, because requests find their world by them and the
 * journal hides them, and which rights of keys change, because people watch that.
 */
export function watchedStore(
  store: Store,
  claims: CredentialClaims,
  chronicle: Pick<Chronicle, 'event'>,
  secrets: Pick<WorldSecrets, 'addHash'>,
): Store {
  const { made, gone, keyGone } = claims;
  const { identities, accessKeys, ngcKeys, oauthClients, grants, settings, world } = store;
  const { collections, sharing, notices, state } = store;
  return {
    ...{ oauthClients, grants, settings, world, collections, sharing, notices, state },
    hasSecret: (hash) => store.hasSecret(hash),
    fault: () => store.fault(),
    freeze: () => store.freeze(),
    restore: (rows) => store.restore(rows),
    close: () => store.close(),
    identities: {
      ...identities,
      create: async (identity) => {
        secrets.addHash(identity.secretHash);
        await identities.create(identity);
        for (const clientId of clientIdsOf(identity)) await made(clientId);
      },
      edit: async (id, edit, at, premise) => {
        secrets.addHash(edit.secretHash);
        await identities.edit(id, edit, at, premise);
      },
      delete: async (id) => {
        const [identity, keys] = [await identities.byId(id), await accessKeys.ofOwner(id)];
        await identities.delete(id);
        const own = identity === null ? [] : clientIdsOf(identity);
        await gone([...own, ...keys.map(({ clientId }) => clientId)]);
      },
    },
    accessKeys: {
      ...accessKeys,
      create: async (key, limit) => {
        secrets.addHash(key.secretHash);
        await accessKeys.create(key, limit);
        await made(key.clientId);
      },
      replaceSecret: async (id, secretHash) => {
        secrets.addHash(secretHash);
        await accessKeys.replaceSecret(id, secretHash);
      },
      delete: async (id) => {
        const key = await accessKeys.byId(id);
        await accessKeys.delete(id);
        await gone(key === null ? [] : [key.clientId]);
      },
    },
    ngcKeys: {
      ...ngcKeys,
      delete: async (id) => {
        await ngcKeys.delete(id);
        await keyGone();
      },
      replaceSecret: async (id, secretHash) => {
        await ngcKeys.replaceSecret(id, secretHash);
        await keyGone();
      },
      edit: async (id, edit) => {
        await ngcKeys.edit(id, edit);
        const change = policyChange(id, edit);
        if (change !== null) chronicle.event('policy', change);
      },
      flush: async (id, at) => {
        const flushed = await ngcKeys.flush(id, at);
        for (const { keyId, version } of flushed) {
          chronicle.event('policy', { keyId, what: 'flushed', version, effectiveAt: rfc3339(at) });
        }
        return flushed;
      },
    },
  };
}

/** What is told of an edit; null if it changes no rights. */
function policyChange(keyId: string, { policy, roles, services, enabled }: NgcKeyEdit): object | null {
  const counts = {
    ...(roles !== undefined && { roles }),
    ...(services !== undefined && { services }),
    ...(enabled !== undefined && { enabled }),
  };
  if (policy === undefined) return Object.keys(counts).length === 0 ? null : { keyId, what: 'edited', ...counts };
  const times = { recordedAt: rfc3339(policy.recordedAt), effectiveAt: rfc3339(policy.effectiveAt) };
  return { keyId, what: 'edited', ...times, ...counts };
}

/** The name of an application can be used as its client id. */
function clientIdsOf({ kind, name, clientId }: Pick<Identity, 'kind' | 'name' | 'clientId'>): string[] {
  return [...(clientId === null ? [] : [clientId]), ...(kind === 'application' ? [name] : [])];
}
