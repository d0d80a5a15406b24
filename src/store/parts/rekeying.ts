import type { Change, Row } from '../collections.ts';
import { Collision } from '../errors.ts';
import type { KeptSeed, Rekeyed, Rekeying } from '../world.ts';
import {
  ACCESS_KEYS,
  type AccessKeyRow,
  accessKeyRow,
  CODES,
  ENDED_LOGINS,
  IDENTITIES,
  type IdentityRow,
  identityRow,
  LOGINS,
  NGC_KEYS,
  type NgcKeyRow,
  REVOKED_NAMES,
  SEEDS,
  seedRow,
} from './records.ts';

/** A row that gets a new secret. */
interface Rekey {
  readonly row: Row;
  readonly rekeyed: Rekeyed;
  /** What must be different for each of a kind; null if it has nothing like that. */
  readonly mark: string | null;
}

/** What depends on the old credentials. */
const ENDED = [CODES, LOGINS, ENDED_LOGINS, REVOKED_NAMES] as const;

/**
 * Gives everything that has a secret a new one, as `WorldStore.rekey` promises.
 *
 * @param all the rows of a collection
 * @throws Collision if two of a kind would get the same value
 */
export function rekeyedRows(
  all: (collection: string) => readonly Row[],
  rekeying: Rekeying,
  kept: KeptSeed,
): { readonly changes: readonly Change[]; readonly rekeyed: readonly Rekeyed[] } {
  // What is stored in these collections was made by the functions of the same names.
  const found: Rekey[] = [
    ...(all(NGC_KEYS.name) as readonly NgcKeyRow[]).map((row) => withNewKey(row, rekeying)),
    ...(all(ACCESS_KEYS.name) as readonly AccessKeyRow[]).map((row) => withNewSecret(row, rekeying)),
    ...(all(IDENTITIES.name) as readonly IdentityRow[])
      .filter(({ body }) => body.kind !== 'user')
      .map((row) => asNewClient(row, rekeying)),
  ];
  const marks = found.flatMap(({ mark, rekeyed }) => (mark === null ? [] : `${rekeyed.kind} ${mark}`));
  if (new Set(marks).size < marks.length) throw new Collision();
  const [seed] = all(SEEDS.name);
  const aliases = [...(rekeying.aliases ?? [])].flatMap(([collection, aliasOf]) =>
    all(collection).map((row) => ({ ...row, aliases: [aliasOf(row.id)] })),
  );
  const puts = [
    ...found.map(({ row }) => row),
    ...aliases,
    { ...seedRow(kept), ...(seed !== undefined && { revision: seed.revision }) },
  ];
  return {
    changes: [
      ...puts.map((row): Change => ({ kind: 'put', row })),
      ...ENDED.flatMap((collection) => all(collection.name).map(({ id }) => collection.removal(id))),
    ],
    rekeyed: found.map(({ rekeyed }) => rekeyed),
  };
}

/** The collections whose rows have credentials, besides those that a `Rekeying` has aliases for. */
export const REKEYED: ReadonlySet<string> = new Set([NGC_KEYS, ACCESS_KEYS, IDENTITIES, SEEDS].map(({ name }) => name));

/** The same for a single row, in a world where nothing depends on the old credentials. */
export function rekeyedRow(row: Row, rekeying: Rekeying, kept: () => KeptSeed): Row {
  // What is stored in these collections was made by the functions of the same names.
  switch (row.collection) {
    case NGC_KEYS.name:
      return withNewKey(row as NgcKeyRow, rekeying).row;
    case ACCESS_KEYS.name:
      return withNewSecret(row as AccessKeyRow, rekeying).row;
    case IDENTITIES.name:
      return (row as IdentityRow).body.kind === 'user' ? row : asNewClient(row as IdentityRow, rekeying).row;
    case SEEDS.name:
      return { ...seedRow(kept()), revision: row.revision };
    default: {
      const aliasOf = rekeying.aliases?.get(row.collection);
      return aliasOf === undefined ? row : { ...row, aliases: [aliasOf(row.id)] };
    }
  }
}

function withNewKey(row: NgcKeyRow, rekeying: Rekeying): Rekey {
  const { body } = row;
  const { id, name, org } = body;
  const secretHash = rekeying.keyHash(id);
  return {
    // Everything else is the same object as before: many worlds have it.
    row: { ...row, aliases: [secretHash], body: { ...body, secretHash } },
    rekeyed: { kind: 'ngc-key', id, name, clientId: null, owner: org },
    mark: secretHash,
  };
}

function withNewSecret({ body, revision, usedAt }: AccessKeyRow, rekeying: Rekeying): Rekey {
  const { id, name, owner } = body;
  const clientId = rekeying.clientId(body.clientId);
  return {
    row: { ...accessKeyRow({ ...body, clientId, secretHash: rekeying.secretHash(id) }), revision, usedAt },
    rekeyed: { kind: 'access-key', id, name, clientId, owner },
    mark: clientId,
  };
}

function asNewClient({ body, revision, usedAt }: IdentityRow, rekeying: Rekeying): Rekey {
  const { id, kind, name } = body;
  const clientId = body.clientId === null ? null : rekeying.clientId(body.clientId);
  const secretHash = body.secretHash === null ? null : rekeying.secretHash(id);
  return {
    row: { ...identityRow({ ...body, clientId, secretHash, lastLogin: usedAt }), revision },
    // Users were left out.
    rekeyed: { kind: kind as 'application' | 'service-account', id, name, clientId, owner: '' },
    mark: clientId,
  };
}
