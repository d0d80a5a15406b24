import type { PermissionRow } from '../../../core/rule.ts';
import type { RowIn, Section } from '../../../core/sections.ts';

/** Scopes of the event ledger. */
export const PERMISSION_SECTIONS = [
  {
    source: 'published code of the event ledger (NVIDIA/nvcf, fadc0f81)',
    certainty: 'documented',
    rows: {
      'fnds:getEvents': { label: 'Get Events' },
      read: { label: 'Read Events' },
      'nvcf:getCluster': { label: 'Get Cluster' },
    },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Permission = RowIn<'id', (typeof PERMISSION_SECTIONS)[number]>['id'];
