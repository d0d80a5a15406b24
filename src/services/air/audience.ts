import type { AuthenticatedContext } from '../../contract/request.ts';
import { namedUuid } from '../../machine/random.ts';
import { EVERYBODY } from './objects.ts';

/** The id of an account as Air writes it. */
export function orgIdOf(account: string): string {
  return namedUuid(`air-org:${account}`);
}

/** What a request says of whom something is published for. */
interface Audience {
  readonly prefer_public?: boolean;
  /** Ids of organisations, as Air writes them. */
  readonly allowed_orgs?: readonly string[];
}

/** Whom something is published for: everybody, or where that is not wanted, the organisations that are named by id. */
export async function audienceOf(
  { store }: Pick<AuthenticatedContext, 'store'>,
  { prefer_public = true, allowed_orgs = [] }: Audience,
): Promise<readonly string[]> {
  if (prefer_public) return [EVERYBODY];
  const accounts = (await store.ngcKeys.organizations()).map(({ ncaId }) => ncaId);
  return accounts.filter((account) => allowed_orgs.includes(orgIdOf(account)));
}
