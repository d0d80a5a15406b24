import type { ListQuery } from './collections.ts';

const MEMBERS = ['owner', 'parent', 'label', 'visibleTo'] as const;

/** The member by which the rows of a list are chosen; `all` if they are not. */
export type ListKind = (typeof MEMBERS)[number] | 'all';

/** If a query has several members, the first of these counts. */
export function listKindOf(query: ListQuery): ListKind {
  return MEMBERS.find((member) => query[member] !== undefined) ?? 'all';
}
