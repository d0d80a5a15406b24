import type { AuthenticatedContext } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import type { SettingForm } from '../../store/row-form.ts';
import { adviseName } from '../../text/nearest.ts';
import { tenantIdOf } from './tenant.ts';

/**
 * Checks that a request is about the tenant of the world.
 *
 * @param tenantId empty: the tenant of the caller
 * @throws Problem for another one
 */
export async function checkTenant(
  context: Pick<AuthenticatedContext, 'store'>,
  tenantId: string | undefined,
): Promise<void> {
  const own = await tenantIdOf(context);
  if (tenantId === undefined || tenantId === '' || tenantId === own) return;
  throw new Problem(
    'not_found',
    `There is no tenant \`${tenantId.slice(0, 100)}\`. Send the tenant id \`${own}\`, or none.`,
  );
}

/** Settings of the tenant that a client may change: kept in the world, by key. */
export class TenantSettings<Key extends string> {
  readonly keys: readonly Key[];
  readonly #kind: string;

  /** @param kind what they concern, such as `security` */
  constructor(kind: string, keys: readonly Key[]) {
    this.#kind = kind;
    this.keys = keys;
  }

  /** @throws Problem for an unknown key */
  keyOf(given: string): Key {
    const known = this.keys.find((key) => key === given);
    if (known !== undefined) return known;
    throw new Problem('not_found', `There is no such ${this.#kind} setting.${adviseName(given, this.keys)}`);
  }

  /** The value that was set last, as `set` took it; null if none was. */
  async get({ store }: Pick<AuthenticatedContext, 'store'>, key: Key): Promise<unknown> {
    const value = await store.settings.get(this.#storedName(key));
    return value === null ? null : JSON.parse(value);
  }

  async set({ store }: Pick<AuthenticatedContext, 'store'>, key: Key, value: unknown): Promise<void> {
    await store.settings.set(this.#storedName(key), JSON.stringify(value));
  }

  /** By the names under which they are stored. @param schemas of their values */
  forms(schemas: Readonly<Record<Key, object>>): Readonly<Record<string, SettingForm>> {
    return Object.fromEntries(this.keys.map((key) => [this.#storedName(key), { json: schemas[key] }]));
  }

  #storedName(key: Key): string {
    return `runai.${this.#kind}.${key}`;
  }
}
