import type { KeyOrder, KeyResource } from '../../control-api/types.ts';
import type { NgcKey } from '../../state/keys.ts';
import type { ResourceType, Ruleset } from '../../state/rulesets.ts';

/** A key as entered in the form. */
export interface Draft {
  readonly type: 'service' | 'personal';
  readonly name: string;
  readonly org: string;
  readonly services: readonly string[];
  readonly scopes: readonly string[];
  readonly resource: readonly KeyResource[];
  readonly user: string;
  readonly roles: readonly string[];
  readonly expiresAt: string;
  readonly force: boolean;
}

/** The service of a new key, unless the address has one. */
const DEFAULT_SERVICE = 'nvcf';

/**
 * Returns the initial values of the form for a new key.
 *
 * @param address the values in the address of the page
 * @param usedNames the names of existing keys
 */
export function createDraft(address: Readonly<Record<string, string>>, usedNames: readonly string[]): Draft {
  const { make, name = findFreeName(usedNames), services = DEFAULT_SERVICE, scopes, resource, roles } = address;
  return {
    type: make === 'personal' ? 'personal' : 'service',
    name,
    org: '',
    services: splitList(services),
    scopes: splitList(scopes),
    resource: parseResources(resource),
    user: '',
    roles: splitList(roles),
    expiresAt: '',
    force: false,
  };
}

/** Returns the initial values of the form for an existing key. */
export function draftOfKey({ type, name, org, services, policy, user, roles, expiresAt }: NgcKey): Draft {
  const bound = policy?.resource ?? [];
  return {
    type,
    name,
    org,
    services,
    scopes: policy?.scopes ?? [],
    resource: Array.isArray(bound) ? bound : [bound as KeyResource],
    user: user ?? '',
    roles: roles ?? [],
    expiresAt: expiresAt ?? '',
    force: false,
  };
}

/** Returns `my-key`, or the first free name of `my-key-2`, `my-key-3` and so on. */
function findFreeName(usedNames: readonly string[]): string {
  let name = 'my-key';
  for (let number = 2; usedNames.includes(name); number += 1) name = `my-key-${number}`;
  return name;
}

function splitList(text: string | undefined): readonly string[] {
  return text ? text.split(',') : [];
}

/** Parses the resources in an address, as JSON. Anything else is ignored. */
function parseResources(text: string | undefined): readonly KeyResource[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    const all: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return all.filter(
      (resource): resource is KeyResource => typeof (resource as KeyResource | null)?.type === 'string',
    );
  } catch {
    return [];
  }
}

/** Returns the resources that are complete: they need no ids, or have one. */
export function listNamedResources({ resource }: Draft): readonly KeyResource[] {
  return resource.filter(({ ids }) => ids === undefined || ids.some((id) => id !== ''));
}

/** A service in which a key can do nothing because it is not bound to a resource. */
export interface UnboundService {
  readonly service: string;
  /** The widest resource type that works with all ticked scopes, if any. */
  readonly widest: ResourceType | undefined;
}

/** Returns the services in which a service key still needs a resource. */
export function findUnboundServices(
  { type, scopes, resource }: Draft,
  rulesets: readonly Ruleset[],
): readonly UnboundService[] {
  return rulesets.flatMap(({ service, unbound, grants, resourceTypes = [] }) => {
    const isBound = resource.some((bound) =>
      resourceTypes.some(({ id, label }) => bound.type === id || bound.type === label),
    );
    if (type === 'personal' || unbound === undefined || isBound) return [];
    const typeLimits = grants.flatMap(({ id, onlyOn }) => (scopes.includes(id) && onlyOn ? [onlyOn] : []));
    const widest = resourceTypes.find(({ id, names }) => names === null && typeLimits.every((ids) => ids.includes(id)));
    return [{ service, widest }];
  });
}

/** Label of the checkbox for `force`. */
export const FORCE_LABEL = 'Allow what the documents rule out';

/** Returns a message of the control API without the advice for programs, which names members of JSON. */
export function toFormText(text: string): string {
  const words = text.split(/(?<=[.;]) /).filter((part) => !part.includes('`"'));
  if (words.length === 0) return text;
  if (text.includes('`"force"')) words.push(`Tick “${FORCE_LABEL}” to store it anyway.`);
  return words.join(' ').replace(/;$/, '.');
}

/** Returns the rights of a key like this, for a simulation or an order. */
export function toHolding({ type, scopes, resource, roles, force }: Draft): object {
  if (type === 'personal') return { roles };
  return { scopes, ...(resource.length > 0 && { resource }), ...(force && { force }) };
}

/** Returns the order for a new key. */
export function toOrder(draft: Draft): KeyOrder {
  const { type, name, org, services, user, expiresAt, force } = draft;
  return {
    type,
    name,
    services,
    ...(org !== '' && { org }),
    ...(expiresAt !== '' && { expiresAt }),
    ...toHolding(draft),
    ...(type === 'personal' && user !== '' && { user }),
    ...(force && { force }),
  };
}

/** Returns the edit that changes a key to these values. */
export function toEdit(draft: Draft): object {
  const { name, services, expiresAt, force } = draft;
  return {
    name,
    services,
    expiresAt: expiresAt === '' ? null : expiresAt,
    ...toHolding(draft),
    ...(force && { force }),
  };
}
