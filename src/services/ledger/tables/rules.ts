import type { Rule } from '../../../core/rule.ts';
import type { RowIn, Section } from '../../../core/sections.ts';
import type { Permission } from './permissions.ts';

/** The published code reads another member than the key service answers; the rule follows what the pages intend. */
export const RULE_SECTIONS = [
  {
    needs: { any: ['fnds:getEvents', 'read', 'nvcf:getCluster'] },
    source: 'published code for the scopes, self-managed pages of 1.0.3 for keys; that code accepts no key at all',
    certainty: 'contradicted',
    rows: { 'read-events': { label: 'Read Events' } },
  },
] as const satisfies readonly Section<Rule<Permission>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];
