import type { SeedList } from '../../contract/seed.ts';
import { type Placed, placeEntries } from '../../definitions/seed-entries.ts';
import { keysOf, memberOf } from '../../objects/members.ts';
import type { ListsOf, SeedRule, WrittenEntries, WrittenSeed } from './seed-types.ts';
import type { SubjectType } from './subjects.ts';
import type { ScopeType } from './tables/index.ts';

type ListName = keyof WrittenEntries;

/** The entry that a member names. */
type Reference = readonly [member: string, kind: SubjectType | ScopeType, name: string | undefined];

/** A list, and what others name its entries by: their first identifying member. */
interface EntryList<Entry> extends SeedList {
  readonly by: readonly [keyof Entry & string, ...(keyof Entry & string)[]];
  /** Whether names that differ only in case are different. */
  readonly isExact?: boolean;
  /** In access rules, its entries are scopes of this type. */
  readonly scope?: ScopeType;
  /** In access rules, its entries are subjects of this type. Their `role` is a role in the whole tenant. */
  readonly subject?: SubjectType;
  readonly references?: (entry: Entry) => readonly Reference[];
}

/** The lists of the seed. An access rule is identified by all of its members. */
export const SEED_LISTS: { readonly [List in ListName]: EntryList<WrittenEntries[List]> } = {
  users: { by: ['email'], called: ['user', 'users'], subject: 'user' },
  applications: { by: ['name'], called: ['application', 'applications'], subject: 'app' },
  serviceAccounts: { by: ['name'], called: ['service account', 'service accounts'], subject: 'service-account' },
  groups: {
    by: ['name'],
    subject: 'group',
    references: ({ users = [] }) => users.map((email, index) => [`users[${index}]`, 'user', email.toLowerCase()]),
  },
  roles: { by: ['name'] },
  clients: { by: ['clientId'], isExact: true },
  clusters: { by: ['id'], scope: 'cluster' },
  departments: {
    by: ['id'],
    scope: 'department',
    references: ({ clusterId }) => [['clusterId', 'cluster', clusterId]],
  },
  projects: {
    by: ['id'],
    scope: 'project',
    references: ({ clusterId, departmentId }) => [
      ['clusterId', 'cluster', clusterId],
      ['departmentId', 'department', departmentId],
    ],
  },
  workloads: { by: ['id'], references: ({ projectId }) => [['projectId', 'project', projectId]] },
  accessRules: {
    by: ['subjectType', 'subjectId', 'role', 'scopeType', 'scopeId'],
    references: ({ subjectType, subjectId, scopeType, scopeId }) => [
      ['subjectId', subjectType, subjectId.toLowerCase()],
      ['scopeId', scopeType, scopeId],
    ],
  },
};

/** In the order of the schema. */
export const LIST_NAMES = keysOf(SEED_LISTS);

/** An entry as others see it. */
interface ListedEntry {
  readonly name: string;
  /** Null if it has none. */
  readonly role: string | null;
  readonly references: readonly Reference[];
}

/** The entries of a list, each with its place. */
export function entriesOf<List extends ListName>(
  part: ListsOf<WrittenEntries>,
  list: List,
): readonly Placed<ListedEntry>[] {
  const { by, references = () => [] } = SEED_LISTS[list];
  return placeEntries(`runai.${list}`, part[list]).map(({ entry, place }) => {
    const role = memberOf(entry, 'role');
    const listed = { name: String(entry[by[0]]), role: typeof role === 'string' ? role : null };
    return { entry: { ...listed, references: references(entry) }, place };
  });
}

/** A rule of `accessRules`, or of a `role` member. */
export interface AnyRule {
  readonly rule: SeedRule;
  readonly isOfRole: boolean;
}

/** All access rules: first those of `role` members, each with the place of its member. */
export function rulesIn(part: WrittenSeed): readonly Placed<AnyRule>[] {
  const tenant = { scopeType: 'tenant', scopeId: String(part.tenant.id) } as const;
  const ofRoles = LIST_NAMES.flatMap((list) => {
    const { subject } = SEED_LISTS[list];
    return entriesOf(part, list).flatMap(({ entry: { name, role }, place }): Placed<AnyRule>[] => {
      if (subject === undefined || role === null) return [];
      const rule = { subjectType: subject, subjectId: name, role, ...tenant };
      return [{ entry: { rule, isOfRole: true }, place: `${place}.role` }];
    });
  });
  const written = placeEntries('runai.accessRules', part.accessRules).map(({ entry: rule, place }) => {
    return { entry: { rule, isOfRole: false }, place };
  });
  return [...ofRoles, ...written];
}
