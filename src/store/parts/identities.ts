import type { Collections } from '../collections.ts';
import { NotFound, Outdated } from '../errors.ts';
import type { Identities, Identity, OAuthClients } from '../identities.ts';
import { updating } from '../updating.ts';
import {
  ACCESS_KEYS,
  CODES,
  ENDED_LOGINS,
  IDENTITIES,
  type IdentityRow,
  identityClient,
  identityName,
  identityRow,
  LOGINS,
  OAUTH_CLIENTS,
} from './records.ts';

/** What goes with the identity that owns it. */
const OWNED = [ACCESS_KEYS, LOGINS, ENDED_LOGINS, CODES] as const;

export function identitiesOn(rows: Collections): Identities {
  // A token is checked with the same row on every request, and rows never change.
  const known = new WeakMap<IdentityRow, Identity>();
  const shown = (row: IdentityRow | null) => {
    if (row === null) return null;
    const identity = known.get(row) ?? identityOf(row);
    known.set(row, identity);
    return identity;
  };
  return {
    all: async (kind) => (await IDENTITIES.ofOwner(rows, kind)).map(identityOf),
    create: async (identity) => {
      await rows.commit([IDENTITIES.put(identityRow(identity))]);
    },
    edit: async (id, edit, at, { passwordHash } = {}) => {
      await IDENTITIES.change(rows, id, (row) => {
        if (passwordHash !== undefined && passwordHash !== row.body.passwordHash) throw new Outdated();
        return { ...row, body: { ...row.body, ...edit, updatedAt: at } };
      });
    },
    delete: (id) =>
      updating(rows, async () => {
        const row = await IDENTITIES.byId(rows, id);
        if (row === null) throw new NotFound();
        const owned = await Promise.all(
          OWNED.map(async (collection) => {
            const list = await collection.listOf(rows, id);
            return {
              removals: list.rows.map((one) => collection.removal(one.id)),
              expected: { collection: collection.name, owner: id, revision: list.revision },
            };
          }),
        );
        await rows.commit(
          [IDENTITIES.removed(row), ...owned.flatMap(({ removals }) => removals)],
          owned.map(({ expected }) => expected),
        );
      }),
    byId: async (id) => shown(await IDENTITIES.byId(rows, id)),
    byName: async (kind, name) => shown(await IDENTITIES.byAlias(rows, identityName(kind, name))),
    byClientId: async (kind, clientId) => shown(await IDENTITIES.byAlias(rows, identityClient(kind, clientId))),
    touch: async (id, at, secretHash) => {
      const row = await IDENTITIES.byId(rows, id);
      if (row === null) throw new NotFound();
      const isOther = secretHash !== undefined && secretHash !== row.body.secretHash;
      if (!row.body.enabled || isOther) throw new Outdated();
      await rows.note(IDENTITIES.name, id, at);
    },
  };
}

function identityOf({ body, usedAt }: IdentityRow): Identity {
  return { ...body, lastLogin: usedAt };
}

export function oauthClientsOn(rows: Collections): OAuthClients {
  return {
    all: async () => (await OAUTH_CLIENTS.all(rows)).rows.map(({ body }) => body),
    byId: async (clientId) => (await OAUTH_CLIENTS.byId(rows, clientId))?.body ?? null,
  };
}
