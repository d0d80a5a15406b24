import { Collision } from '../errors.ts';
import type { KeptSeed, Rekeyed, Rekeying } from '../world.ts';
import type { Statements } from './statements.ts';

/** A stored record that has a secret. */
interface Holder extends Rekeyed {
  readonly secretHash: string | null;
}

const HOLDERS = `
  SELECT 'ngc-key' AS kind, id, name, NULL AS clientId, org AS owner, secret_hash AS secretHash FROM ngc_keys
  UNION ALL SELECT 'access-key', id, name, client_id, owner, secret_hash FROM access_keys
  UNION ALL SELECT kind, id, name, client_id, '', secret_hash FROM identities WHERE kind <> 'user'`;

const UPDATE_OF_IDENTITY = 'UPDATE identities SET secret_hash = @secretHash, client_id = @clientId WHERE id = @id';

const UPDATES: Readonly<Record<Rekeyed['kind'], string>> = {
  'ngc-key': 'UPDATE ngc_keys SET secret_hash = @secretHash WHERE id = @id',
  'access-key': 'UPDATE access_keys SET secret_hash = @secretHash, client_id = @clientId WHERE id = @id',
  application: UPDATE_OF_IDENTITY,
  'service-account': UPDATE_OF_IDENTITY,
};

/** What depends on the old credentials. */
const ENDED = ['authorization_codes', 'refresh_tokens', 'revoked_names'] as const;

/**
 * Gives everything that has a secret a new one, as `WorldStore.rekey` promises.
 *
 * @param keep replaces the kept seed
 */
export function rekeyer(
  statements: Statements,
  keep: (seed: KeptSeed) => void,
): (rekeying: Rekeying, kept: KeptSeed) => readonly Rekeyed[] {
  return statements.transaction((rekeying, kept) => {
    // Prepared each time: a world gets new credentials only once, and need not hold the statements afterwards.
    const updates = new Map(Object.values(UPDATES).map((sql) => [sql, statements.prepare<[Holder]>(sql)] as const));
    const put = (holder: Holder) => updates.get(UPDATES[holder.kind])?.run(holder);
    const holders = statements.prepare<[], Holder>(HOLDERS).all();
    const changes = holders.map((before) => ({ before, after: rekeyed(before, rekeying) }));
    const wanted = new Set(changes.map(({ after }) => markOf(after)));
    if (wanted.size < changes.length) throw new Collision();
    // A mark that another record will get must be free before that record's turn comes.
    for (const { before, after } of changes) {
      if (wanted.has(markOf(before)) && markOf(before) !== markOf(after)) put(withMark(before, `\0${before.id}`));
    }
    for (const { after } of changes) put(after);
    rekeyRows(statements, rekeying);
    for (const table of ENDED) statements.prepare(`DELETE FROM ${table}`).run();
    keep(kept);
    return changes.map(({ after: { secretHash: _, ...shown } }) => shown);
  });
}

/** Gives the rows of collections whose rows are keys the aliases by which they are found. */
function rekeyRows(statements: Statements, { aliases }: Rekeying): void {
  if (aliases === undefined || aliases.size === 0) return;
  const put = statements.prepare<[string, string, string]>(
    'UPDATE objects SET alias = ? WHERE collection = ? AND id = ?',
  );
  const idsOf = statements.prepare<[string], string>('SELECT id FROM objects WHERE collection = ?').pluck();
  for (const [collection, aliasOf] of aliases) {
    for (const id of idsOf.all(collection)) put.run(aliasOf(id), collection, id);
  }
}

function rekeyed(holder: Holder, rekeying: Rekeying): Holder {
  const { kind, id, clientId, secretHash } = holder;
  const hashOf = (of: string) => (kind === 'ngc-key' ? rekeying.keyHash(of) : rekeying.secretHash(of));
  return {
    ...holder,
    clientId: clientId === null ? null : rekeying.clientId(clientId),
    secretHash: secretHash === null ? null : hashOf(id),
  };
}

/** What must be unique within a kind: for an NGC key its secret, for others the client id, if any. */
function markOf({ kind, id, clientId, secretHash }: Holder): string {
  const mark = kind === 'ngc-key' ? secretHash : clientId;
  return mark === null ? `${kind} without: ${id}` : `${kind} ${mark}`;
}

function withMark(holder: Holder, mark: string): Holder {
  return holder.kind === 'ngc-key' ? { ...holder, secretHash: mark } : { ...holder, clientId: mark };
}
