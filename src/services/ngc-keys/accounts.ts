import type { SeedError } from '../../contract/seed.ts';
import type { LocatedEntry } from '../../contract/seed-entries.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Store } from '../../store/index.ts';
import type { Row } from '../../store/row.ts';
import { ADMIN_CLIENT } from '../../tokens/admin-token.ts';
import { ORGANIZATIONS } from './records.ts';

/** An NVIDIA Cloud Account that is set up with Cloud Functions. */
export interface Account {
  /** The organisation that owns it. */
  readonly org: string;
  readonly ncaId: string;
  readonly name: string;
  /** Clients (the `sub` of a token) that act for it. A client belongs to one account. */
  readonly clientIds: readonly string[];
  readonly lastUpdatedAt: Instant | null;
}

/** The accounts that the seed lists; empty if it lists none. */
export const ACCOUNTS = new Collection<Account>('nvcf.accounts');

export function createAccountRow(account: Account): Row<Account, null> {
  const { ncaId } = account;
  return ACCOUNTS.row({ id: ncaId, owner: ncaId, parent: null, body: account });
}

/** Oldest first. If the seed has none, each organisation has one; the client of admin tokens belongs to the first. */
export async function listAccounts({ collections }: Pick<Store, 'collections'>): Promise<readonly Account[]> {
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

export function findUnknownOrganizations(
  entries: readonly LocatedEntry<{ readonly org: string }>[],
  organizations: readonly string[],
): SeedError[] {
  return entries
    .filter(({ entry }) => !organizations.includes(entry.org))
    .map(({ entry: { org }, place }) => ({
      place: `${place}.org`,
      message: `\`${place}\` has the organisation \`${org}\`, which is not in \`ngc.organizations\``,
      given: org,
      valid: organizations,
    }));
}

/** Returns the account of each organisation. @param seed the complete seed, with a valid `ngc` */
export function accountsOf({ ngc }: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // The schema of `ngc` has already been checked.
  const { organizations = [] } = (ngc ?? {}) as { organizations?: readonly { name: string; ncaId: string }[] };
  return new Map(organizations.map(({ name, ncaId }) => [name, ncaId]));
}
