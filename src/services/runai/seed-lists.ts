import type { SeedList } from '../../contract/seed.ts';
import { type LocatedEntry, locateEntries } from '../../definitions/seed-entries.ts';
import { keysOf, memberOf } from '../../objects/members.ts';
import type { ListsOf, SeedRule, WrittenEntries, WrittenSeed } from './seed-types.ts';
import type { SubjectType } from './subjects.ts';
import type { ScopeType } from './tables/index.ts';

type ListName = keyof WrittenEntries;

/** A member that refers to another entry. */
type Reference = readonly [member: string, kind: SubjectType | ScopeType, name: string | undefined];

/** A list. Its entries are referenced by their first identifying member. */
interface EntryList<Entry> extends SeedList {
  readonly idMembers: readonly [keyof Entry & string, ...(keyof Entry & string)[]];
  /** Whether names are case-sensitive. */
  readonly isCaseSensitive?: boolean;
  /** Scope type of the entries, for access rules. */
  readonly scope?: ScopeType;
  /** Subject type of the entries, for access rules. Their `role` applies to the whole tenant. */
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
    references: ({ users = [] }) => users.map((email, index) => [`users[${index}]`, 'user', email.toLowerCase()]),
  },
  roles: { idMembers: ['name'] },
  clients: { idMembers: ['clientId'], isCaseSensitive: true },
  clusters: { idMembers: ['id'], scope: 'cluster' },
  departments: {
    idMembers: ['id'],
    scope: 'department',
    references: ({ clusterId }) => [['clusterId', 'cluster', clusterId]],
  },
  projects: {
    idMembers: ['id'],
    scope: 'project',
    references: ({ clusterId, departmentId }) => [
      ['clusterId', 'cluster', clusterId],
      ['departmentId', 'department', departmentId],
    ],
  },
  workloads: { idMembers: ['id'], references: ({ projectId }) => [['projectId', 'project', projectId]] },
  accessRules: {
    idMembers: ['subjectType', 'subjectId', 'role', 'scopeType', 'scopeId'],
    references: ({ subjectType, subjectId, scopeType, scopeId }) => [
      ['subjectId', subjectType, subjectId.toLowerCase()],
      ['scopeId', scopeType, scopeId],
    ],
  },
};

/** In schema order. */
export const LIST_NAMES = keysOf(SEED_LISTS);

/** An entry in a form common to all lists. */
interface ListedEntry {
  readonly name: string;
  readonly role: string | null;
  readonly references: readonly Reference[];
}

/** Returns the entries of a list with their places. */
export function listEntries<List extends ListName>(
  part: ListsOf<WrittenEntries>,
  list: List,
): readonly LocatedEntry<ListedEntry>[] {
  const { idMembers, references = () => [] } = SEED_LISTS[list];
  return locateEntries(`runai.${list}`, part[list]).map(({ entry, place }) => {
    const role = memberOf(entry, 'role');
    const listed = { name: String(entry[idMembers[0]]), role: typeof role === 'string' ? role : null };
    return { entry: { ...listed, references: references(entry) }, place };
  });
}

/** A rule from `accessRules` or a `role` member. */
export interface ListedRule {
  readonly rule: SeedRule;
  readonly isFromRoleMember: boolean;
}

/** Returns all access rules, first those from `role` members, with their places. */
export function listRules(part: WrittenSeed): readonly LocatedEntry<ListedRule>[] {
  const tenant = { scopeType: 'tenant', scopeId: String(part.tenant.id) } as const;
  const ofRoles = LIST_NAMES.flatMap((list) => {
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
  return [...ofRoles, ...written];
}
