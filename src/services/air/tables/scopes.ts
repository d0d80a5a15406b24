import type { PermissionRow } from '../../../core/rule.ts';

const PAGE = 'API authentication page, scopes';
const LATER = 'API reference (DSX Air), requirements of single operations';

/** The fourteen scopes of the page, and after them those that only later pages name. */
export const SCOPES = [
  { id: 'air:access', label: 'air:access', source: PAGE, certainty: 'documented' },
  { id: 'air:simulation_read', label: 'air:simulation_read', source: PAGE, certainty: 'documented' },
  { id: 'air:simulation_create', label: 'air:simulation_create', source: PAGE, certainty: 'documented' },
  { id: 'air:simulation_edit', label: 'air:simulation_edit', source: PAGE, certainty: 'documented' },
  { id: 'air:simulation_delete', label: 'air:simulation_delete', source: PAGE, certainty: 'documented' },
  { id: 'air:simulation_start_stop', label: 'air:simulation_start_stop', source: PAGE, certainty: 'documented' },
  { id: 'air:image_read', label: 'air:image_read', source: PAGE, certainty: 'documented' },
  { id: 'air:image_write', label: 'air:image_write', source: PAGE, certainty: 'documented' },
  { id: 'air:image_publish', label: 'air:image_publish', source: PAGE, certainty: 'documented' },
  { id: 'air:image_sharing', label: 'air:image_sharing', source: PAGE, certainty: 'documented' },
  { id: 'air:marketplace_demo_read', label: 'air:marketplace_demo_read', source: PAGE, certainty: 'documented' },
  { id: 'air:marketplace_demo_write', label: 'air:marketplace_demo_write', source: PAGE, certainty: 'documented' },
  { id: 'air:marketplace_demo_publish', label: 'air:marketplace_demo_publish', source: PAGE, certainty: 'documented' },
  { id: 'air:training_instructor', label: 'air:training_instructor', source: PAGE, certainty: 'documented' },
  {
    id: 'air:image_claiming',
    label: 'air:image_claiming',
    source: 'API authentication page, later edition',
    certainty: 'documented',
  },
  { id: 'air:admin', label: 'air:admin', source: LATER, certainty: 'documented' },
  { id: 'air:sre', label: 'air:sre', source: LATER, certainty: 'documented' },
  { id: 'air:manifest_read', label: 'air:manifest_read', source: LATER, certainty: 'documented' },
  { id: 'air:manifest_write', label: 'air:manifest_write', source: LATER, certainty: 'documented' },
] as const satisfies readonly PermissionRow[];

export type Scope = (typeof SCOPES)[number]['id'];
