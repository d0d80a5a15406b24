import type { RowIn, Section } from '../../../contract/sections.ts';
import type { PermissionRow } from '../../../decisions/rule.ts';

/** The fourteen scopes on the page, and scopes on later pages. */
export const SCOPE_SECTIONS = [
  {
    source: 'API authentication page, scopes',
    certainty: 'documented',
    rows: [
      'air:access',
      'air:simulation_read',
      'air:simulation_create',
      'air:simulation_edit',
      'air:simulation_delete',
      'air:simulation_start_stop',
      'air:image_read',
      'air:image_write',
      'air:image_publish',
      'air:image_sharing',
      'air:marketplace_demo_read',
      'air:marketplace_demo_write',
      'air:marketplace_demo_publish',
      'air:training_instructor',
    ],
  },
  { source: 'API authentication page, later edition', certainty: 'documented', rows: ['air:image_claiming'] },
  {
    source: 'API reference (DSX Air), requirements of single operations',
    certainty: 'documented',
    rows: ['air:admin', 'air:sre', 'air:manifest_read', 'air:manifest_write'],
  },
] as const satisfies readonly Section<Omit<PermissionRow, 'label'>, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
