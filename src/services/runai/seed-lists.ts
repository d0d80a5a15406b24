import type { SeedList } from '../../contract/seed.ts';
import { type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import { keysOf, memberOf } from '../../lib/members.ts';
import type { SubjectType } from './access-rules.ts';
import type { ListName, SeedRule, WrittenEntries, WrittenSeed } from './seed-schema.ts';
import type { ScopeType } from './tables/index.ts';

interface Reference {
  readonly member: string;
  /** The kind of the other entry. */
  readonly kind: SubjectType | ScopeType;
  /** The first identifying member of the other entry; undefined if the member is omitted. */
  readonly name: string | undefined;
}

/** A list of a seed. Other entries refer to its entries by the first of their identifying members. */
interface EntryList<Entry> extends SeedList {
  readonly idMembers: readonly [keyof Entry & string, ...(keyof Entry & string)[]];
  readonly isCaseSensitive?: boolean;
  /** For scopes of access rules: their type. */
  readonly scope?: ScopeType;
  /** For subjects of access rules: their type. Their member `role` is a role in the whole tenant. */
  readonly subject?: SubjectType;
  readonly references?: (entry: Entry) => readonly Reference[];
}

/** The lists of the seed. An access rule is identified by all of its members. */
export const SEED_LISTS: { readonly [List in ListName]: EntryList<WrittenEntries[List]> } = {
  users: { idMembers: ['email'], nouns: ['user', 'users'], subject: 'user' },
  applications: { idMembers: ['name'], nouns: ['application', 'applications'], subject: 'app' },
  serviceAccounts: { idMembers: ['name'], nouns: ['service account', 'service accounts'], subject: 'service-account' },
  groups: {
    idMembers: ['name'],
    subject: 'group',
    references: ({ users = [] }) =>
      users.map((email, index) => referTo(`users[${index}]`, 'user', toSubjectName(email))),
  },
  roles: { idMembers: ['name'] },
  clients: { idMembers: ['clientId'], isCaseSensitive: true },
  clusters: { idMembers: ['id'], scope: 'cluster' },
  departments: {
    idMembers: ['id'],
    scope: 'department',
    references: ({ clusterId }) => [referTo('clusterId', 'cluster', clusterId)],
  },
  projects: {
    idMembers: ['id'],
    scope: 'project',
    references: ({ clusterId, departmentId }) => [
      referTo('clusterId', 'cluster', clusterId),
      referTo('departmentId', 'department', departmentId),
    ],
  },
  workloads: { idMembers: ['id'], references: ({ projectId }) => [referTo('projectId', 'project', projectId)] },
  accessRules: {
    idMembers: ['subjectType', 'subjectId', 'role', 'scopeType', 'scopeId'],
    references: ({ subjectType, subjectId, scopeType, scopeId }) => [
      referTo('subjectId', subjectType, toSubjectName(subjectId)),
      referTo('scopeId', scopeType, scopeId),
    ],
  },
};

function referTo(member: string, kind: Reference['kind'], name: string | undefined): Reference {
  return { member, kind, name };
}

/** Returns a subject in the form that references have. Names of subjects are case-insensitive; ids of scopes are not. */
export function toSubjectName(name: string): string {
  return name.toLowerCase();
}

export const LIST_NAMES = keysOf(SEED_LISTS);

/** An entry in a form that is common to all lists. */
interface ListedEntry {
  /** The first identifying member. */
  readonly name: string;
  readonly role: string | null;
  readonly references: readonly Reference[];
}

export function listEntries<List extends ListName>(
  part: { readonly [Name in ListName]?: readonly WrittenEntries[Name][] },
  list: List,
): readonly LocatedEntry<ListedEntry>[] {
  const { idMembers, references = () => [] } = SEED_LISTS[list];
  return locateEntries(`runai.${list}`, part[list]).map(({ entry, place }) => {
    const role = memberOf(entry, 'role');
    return {
      entry: {
        name: String(entry[idMembers[0]]),
        role: typeof role === 'string' ? role : null,
        references: references(entry),
      },
      place,
    };
  });
}

export interface ListedRule {
  readonly rule: SeedRule;
  /** Whether the rule is the member `role` of an identity or group, and not an entry of `accessRules`. */
  readonly isFromRoleMember: boolean;
}

/** Returns all access rules with their paths in the seed. Rules from `role` members come first. */
export function listRules(part: WrittenSeed): readonly LocatedEntry<ListedRule>[] {
  const tenant = { scopeType: 'tenant', scopeId: String(part.tenant.id) } as const;
  const fromRoleMembers = LIST_NAMES.flatMap((list) => {
    const { subject } = SEED_LISTS[list];
    return listEntries(part, list).flatMap(({ entry: { name, role }, place }): LocatedEntry<ListedRule>[] => {
      if (subject === undefined || role === null) return [];
      const rule = { subjectType: subject, subjectId: name, role, ...tenant };
      return [{ entry: { rule, isFromRoleMember: true }, place: `${place}.role` }];
    });
  });
  const written = locateEntries('runai.accessRules', part.accessRules).map(({ entry: rule, place }) => {
    return { entry: { rule, isFromRoleMember: false }, place };
  });
  return [...fromRoleMembers, ...written];
}
