import type { Schema } from '../../contract/documented.ts';
import type { IdentityKind } from '../../decisions/principal.ts';

/** The subject of an access rule: an identity, or a group of the identity provider. */
export type SubjectType = Schema<'runai', 'AccessRule'>['subjectType'];

/** The kinds of identities, as subject types of access rules. */
export const SUBJECT_TYPES = {
  user: 'user',
  application: 'app',
  'service-account': 'service-account',
} as const satisfies Readonly<Record<IdentityKind, SubjectType>>;
