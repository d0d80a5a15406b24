import type { Context } from '../../contract/request.ts';
import { namedUuid } from '../../machine/random.ts';
import { EVERYBODY } from './objects.ts';

/** The id of an account as Air writes it. */
export function orgIdOf(account: string): string {
  return namedUuid(`air-org:${account}`);
}

/** Whom something is published for: everybody, or where that is not wanted, the organisations that are named by id. */
export async function audienceOf({ body, store }: Context): Promise<readonly string[]> {
  const { prefer_public = true, allowed_orgs = [] } = body as {
    prefer_public?: boolean;
    allowed_orgs?: readonly string[];
  };
  if (prefer_public) return [EVERYBODY];
  const accounts = (await store.ngcKeys.organizations()).map(({ ncaId }) => ncaId);
  return accounts.filter((account) => allowed_orgs.includes(orgIdOf(account)));
}
