import type { KeyOrder, KeyResource } from '../../control-api/types.ts';
import type { ShownKey } from '../../state/keys.ts';

/** A key as the form has it. */
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

/** What the form begins with: a key that is edited, or what the address says of a new one. */
export function draftOf(edited: ShownKey | null, address: Readonly<Record<string, string>>): Draft {
  const { make, name = '', services, scopes, resource, roles } = address;
  if (edited === null) {
    return {
      type: make === 'personal' ? 'personal' : 'service',
      name,
      org: '',
      services: listed(services),
      scopes: listed(scopes),
      resource: resourcesIn(resource),
      user: '',
      roles: listed(roles),
      expiresAt: '',
      force: false,
    };
  }
  const { policy } = edited;
  const bound = policy?.resource ?? [];
  return {
    type: edited.type,
    name: edited.name,
    org: edited.org,
    services: edited.services,
    scopes: policy?.scopes ?? [],
    resource: Array.isArray(bound) ? bound : [bound as KeyResource],
    user: edited.user ?? '',
    roles: edited.roles ?? [],
    expiresAt: edited.expiresAt ?? '',
    force: false,
  };
}

const listed = (text: string | undefined) => (text ? text.split(',') : []);

/** Resources that an address carries, as JSON; whatever else is there counts for nothing. */
function resourcesIn(text: string | undefined): readonly KeyResource[] {
  try {
    const given: unknown = JSON.parse(text ?? '[]');
    const all: unknown[] = Array.isArray(given) ? given : [given];
    return all.filter((one): one is KeyResource => typeof (one as KeyResource | null)?.type === 'string');
  } catch {
    return [];
  }
}

/** The resources that are complete: an id that is still to be written names nothing. */
export function namedResources({ resource }: Draft): readonly KeyResource[] {
  return resource.filter(({ ids }) => ids === undefined || ids.some((id) => id !== ''));
}

/** The tick box that sends `force`. */
export const FORCE = 'Allow what the documents rule out';

/** What the control API says, for somebody who has a form: its advice to programs is JSON. */
export function inForm(text: string): string {
  const words = text.split(/(?<=[.;]) /).filter((part) => !part.includes('`"'));
  if (words.length === 0) return text;
  if (text.includes('`"force"')) words.push(`Tick “${FORCE}” to store it nevertheless.`);
  return words.join(' ').replace(/;$/, '.');
}

/** What somebody with such a key would hold. */
export function holdingOf({ type, scopes, resource, roles, force }: Draft) {
  if (type === 'personal') return { roles };
  return { scopes, ...(resource.length > 0 && { resource }), ...(force && { force }) };
}

/** The order for a new key. */
export function orderOf(draft: Draft): KeyOrder {
  const { type, name, org, services, user, expiresAt, force, roles } = draft;
  return {
    type,
    name,
    services,
    ...(org !== '' && { org }),
    ...(expiresAt !== '' && { expiresAt }),
    ...(type === 'service' ? holdingOf(draft) : { roles, ...(user !== '' && { user }) }),
    ...(force && { force }),
  };
}

/** The edit that makes the key what the form says. */
export function editOf({ type, name, services, scopes, resource, roles, expiresAt, force }: Draft): object {
  return {
    name,
    services,
    expiresAt: expiresAt === '' ? null : expiresAt,
    ...(type === 'service' ? { scopes, ...(resource.length > 0 && { resource }) } : { roles }),
    ...(force && { force }),
  };
}
