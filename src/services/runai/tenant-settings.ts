import type { AuthenticatedContext } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { adviseName } from '../../lib/nearest.ts';
import { readTenantId } from './tenant.ts';

/** @param tenantId empty for the caller's tenant @throws Problem for a tenant other than that of the world */
export async function assertTenant(context: AuthenticatedContext, tenantId: string | undefined): Promise<void> {
  const tenantIdOfWorld = await readTenantId(context);
  if (tenantId === undefined || tenantId === '' || tenantId === tenantIdOfWorld) return;
  throw new Problem(
    'not_found',
    `There is no tenant \`${tenantId.slice(0, MAX_QUOTED_LENGTH)}\`. Send the tenant id \`${tenantIdOfWorld}\`, or omit it.`,
  );
}

/** Maximum length of a sent value in an error. */
const MAX_QUOTED_LENGTH = 100;

export class TenantSettings<Key extends string> {
  readonly keys: readonly Key[];
  readonly #kind: string;

  /** @param kind kind of settings, such as `security` */
  constructor(kind: string, keys: readonly Key[]) {
    this.#kind = kind;
    this.keys = keys;
  }

  parseKey(text: string): Key {
    const match = this.keys.find((key) => key === text);
    if (match !== undefined) return match;
    throw new Problem('not_found', `There is no such ${this.#kind} setting.${adviseName(text, this.keys)}`);
  }

  /** Returns the last value of `set`; null if there is none. */
  async get({ store }: AuthenticatedContext, key: Key): Promise<unknown> {
    const value = await store.settings.get(this.#storedName(key));
    return value === null ? null : JSON.parse(value);
  }

  async set({ store }: AuthenticatedContext, key: Key, value: unknown): Promise<void> {
    await store.settings.set(this.#storedName(key), JSON.stringify(value));
  }

  #storedName(key: Key): string {
    return `runai.${this.#kind}.${key}`;
  }
}
