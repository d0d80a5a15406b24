import { Collection } from '../store/collection.ts';
import type { Row } from '../store/collections.ts';
import type { Store } from '../store/index.ts';
import type { Instant } from '../time/clock.ts';
import { ADMIN_CLIENT } from '../tokens/admin-token.ts';
import { ORGANIZATIONS } from './records.ts';

/** An NVIDIA Cloud Account that is set up with Cloud Functions. */
export interface Account {
  /** The organisation that it belongs to. */
  readonly org: string;
  readonly ncaId: string;
  readonly name: string;
  /** The clients whose tokens act for it: the `sub` of a token. A client belongs to one account. */
  readonly clientIds: readonly string[];
  readonly lastUpdatedAt: Instant | null;
}

/** The accounts of a seed that names some. */
export const ACCOUNTS = new Collection<Account>('nvcf.accounts');

export function accountRow(account: Account): Row<Account, null> {
  const { ncaId } = account;
  return ACCOUNTS.row({ id: ncaId, owner: ncaId, parent: null, body: account });
}

type Storing = Pick<Store, 'collections'>;

/**
 * The accounts of a world, oldest first. Where its seed names none, each organisation has one, and the first has the
 * client of administrators' tokens.
 */
export async function accountsIn({ collections }: Storing): Promise<readonly Account[]> {
  const rows = await ACCOUNTS.all(collections);
  if (rows.length > 0) return rows.map(({ body }) => body);
  const organizations = await ORGANIZATIONS.all(collections);
  return organizations.map(({ body: { name, ncaId } }, index) => ({
    org: name,
    ncaId,
    name,
    clientIds: index === 0 ? [ADMIN_CLIENT] : [],
    lastUpdatedAt: null,
  }));
}

/** The account that a client belongs to; null if no account has it. */
export async function accountOfClient(storing: Storing, clientId: string): Promise<Account | null> {
  return (await accountsIn(storing)).find(({ clientIds }) => clientIds.includes(clientId)) ?? null;
}
