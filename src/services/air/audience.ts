import type { AuthenticatedContext } from '../../contract/request.ts';
import { namedUuid } from '../../machine/random.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { EVERYBODY } from './objects.ts';

/** The id of an account as Air writes it. */
export function orgIdOf(account: string): string {
  return namedUuid(`air-org:${account}`);
}

/** The part of a request that says whom something is published for. */
interface Audience {
  readonly prefer_public?: boolean;
  /** Organisation ids as Air writes them. */
  readonly allowed_orgs?: readonly string[];
}

/** Whom something is published for: everybody or, if that is not wanted, the organisations given by id. */
export async function audienceOf(
  { store }: Pick<AuthenticatedContext, 'store'>,
  { prefer_public = true, allowed_orgs = [] }: Audience,
): Promise<readonly string[]> {
  if (prefer_public) return [EVERYBODY];
  const accounts = (await ngcKeysIn(store).organizations()).map(({ ncaId }) => ncaId);
  return accounts.filter((account) => allowed_orgs.includes(orgIdOf(account)));
}
