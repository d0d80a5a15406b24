import { type Placed, placeEntries } from '../../core/seed-fault.ts';
import type { SeedRule, WrittenSeed } from './seed-schema.ts';
import { SUBJECT_TYPES } from './subjects.ts';

type Ruled = Pick<WrittenSeed, 'tenant' | 'users' | 'applications' | 'serviceAccounts' | 'groups'>;

/** The rules of the `role` members, each with the place of its member. */
export function rulesOfRoles(part: Ruled): readonly Placed<SeedRule>[] {
  const subjects = [
    ...placeEntries('runai.users', part.users).map(({ entry: { email, role }, place }) => {
      return { subjectType: SUBJECT_TYPES.user, subjectId: email, role, place };
    }),
    ...placeEntries('runai.applications', part.applications).map(({ entry: { name, role }, place }) => {
      return { subjectType: SUBJECT_TYPES.application, subjectId: name, role, place };
    }),
    ...placeEntries('runai.serviceAccounts', part.serviceAccounts).map(({ entry: { name, role }, place }) => {
      return { subjectType: SUBJECT_TYPES['service-account'], subjectId: name, role, place };
    }),
    ...placeEntries('runai.groups', part.groups).map(({ entry: { name, role }, place }) => {
      return { subjectType: 'group' as const, subjectId: name, role, place };
    }),
  ];
  return subjects.flatMap(({ role, place, ...subject }): Placed<SeedRule>[] => {
    if (role === null) return [];
    const entry: SeedRule = { ...subject, role, scopeType: 'tenant', scopeId: String(part.tenant.id) };
    return [{ entry, place: `${place}.role` }];
  });
}
