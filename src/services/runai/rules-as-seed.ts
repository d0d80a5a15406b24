import type { Principal } from '../../core/principal.ts';
import { SUBJECT_TYPES } from './subjects.ts';

/** A role in a scope, as a seed writes it. */
interface WrittenRule {
  readonly role: string;
  readonly scopeType: string;
  readonly scopeId: string;
}

const LISTS = { user: 'users', application: 'applications', 'service-account': 'serviceAccounts' } as const;

/** An identity with these rules and no others, as a seed writes it: a single role in the whole tenant is its `role`. */
export function seedOfRules({ kind, name }: Principal, rules: readonly WrittenRule[]) {
  // Tokens of Run:ai are identities' only.
  if (kind !== 'user' && kind !== 'application' && kind !== 'service-account') return {};
  const called = kind === 'user' ? { email: name } : { name };
  const [only] = rules;
  const isWhole = rules.length === 1 && only?.scopeType === 'tenant';
  const subject = { subjectType: SUBJECT_TYPES[kind], subjectId: name };
  return {
    runai: {
      [LISTS[kind]]: [{ ...called, role: isWhole ? only.role : null }],
      ...(!isWhole && rules.length > 0 && { accessRules: rules.map((rule) => ({ ...subject, ...rule })) }),
    },
  };
}
