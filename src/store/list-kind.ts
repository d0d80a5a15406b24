import type { ListQuery } from './collections.ts';

const MEMBERS = ['owner', 'parent', 'label', 'visibleTo'] as const;

/** The member of a query that selects the rows of a list; `all` if none does. */
export type ListKind = (typeof MEMBERS)[number] | 'all';

/** If a query has several of these members, the first one selects the rows. */
export function listKindOf(query: ListQuery): ListKind {
  return MEMBERS.find((member) => query[member] !== undefined) ?? 'all';
}
