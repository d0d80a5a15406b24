import type { AuthenticatedContext } from '../../contract/request.ts';
import { deriveUuid } from '../../lib/random.ts';
import { ANYONE } from '../../store/row.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';

/** Returns Air's id of an account. */
export function orgIdOf(account: string): string {
  return deriveUuid(`air-org:${account}`);
}

/** Members of a request that restrict a publication. */
interface Audience {
  readonly prefer_public?: boolean;
  /** Ids from `orgIdOf`. */
  readonly allowed_orgs?: readonly string[];
}

/** Returns the accounts that may see a publication: `*`, or the allowed organisations. */
export async function listVisibleAccounts(
  { store }: AuthenticatedContext,
  { prefer_public = true, allowed_orgs = [] }: Audience,
): Promise<readonly string[]> {
  if (prefer_public) return [ANYONE];
  const accounts = (await ngcKeysIn(store).listOrganizations()).map(({ ncaId }) => ncaId);
  return accounts.filter((account) => allowed_orgs.includes(orgIdOf(account)));
}
