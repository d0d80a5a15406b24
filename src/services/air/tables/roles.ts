import type { RoleRow } from '../../../core/rule.ts';
import type { Scope } from './scopes.ts';

const PAGE = 'API authentication page, roles';
const BY_NAME = 'API authentication page: the role brings what its name says';
const REFERENCE = 'API reference (DSX Air), role notes of the operations';

/** What those who simulate may do. */
const USER = [
  'air:access',
  'air:simulation_read',
  'air:simulation_create',
  'air:simulation_edit',
  'air:simulation_delete',
  'air:simulation_start_stop',
  'air:image_read',
] as const;
const EVERYTHING_OF_THE_PAGE = [
  ...USER,
  'air:image_write',
  'air:image_publish',
  'air:image_sharing',
  'air:marketplace_demo_read',
  'air:marketplace_demo_write',
  'air:marketplace_demo_publish',
  'air:training_instructor',
] as const;

// A role of the page and what it became bring the same.
const LATER_USER = [...USER, 'air:marketplace_demo_write'] as const;
const LATER_DEMO_MANAGER = ['air:marketplace_demo_write', 'air:marketplace_demo_publish'] as const;
const LATER_UPLOADER = ['air:image_read', 'air:image_write'] as const;
const LATER_PUBLISHER = [...LATER_UPLOADER, 'air:image_publish'] as const;

/** The seven roles of the page: what a personal key brings. Only the first brings `air:access`, beside the administrator. */
export const ROLES = [
  { name: 'air', permissions: USER, source: PAGE, certainty: 'documented' },
  { name: 'air-admin', permissions: EVERYTHING_OF_THE_PAGE, source: BY_NAME, certainty: 'implied' },
  {
    name: 'air-demo-manager',
    permissions: ['air:marketplace_demo_read', 'air:marketplace_demo_write', 'air:marketplace_demo_publish'],
    source: BY_NAME,
    certainty: 'implied',
  },
  { name: 'air-image-uploader', permissions: ['air:image_write'], source: BY_NAME, certainty: 'implied' },
  { name: 'air-image-publisher', permissions: ['air:image_publish'], source: BY_NAME, certainty: 'implied' },
  { name: 'air-image-sharer', permissions: ['air:image_sharing'], source: BY_NAME, certainty: 'implied' },
  { name: 'air-instructor', permissions: ['air:training_instructor'], source: BY_NAME, certainty: 'implied' },
] as const satisfies readonly RoleRow<Scope>[];

/** The roles of the later product; those of the page are understood as well, as the roles they became. */
export const DSX_ROLES = [
  { name: 'air', permissions: LATER_USER, source: REFERENCE, certainty: 'inferred' },
  { name: 'air_user', permissions: LATER_USER, source: REFERENCE, certainty: 'implied' },
  { name: 'air-admin', permissions: EVERYTHING_OF_THE_PAGE, source: REFERENCE, certainty: 'inferred' },
  { name: 'air-demo-manager', permissions: LATER_DEMO_MANAGER, source: REFERENCE, certainty: 'inferred' },
  { name: 'air_demo_manager', permissions: LATER_DEMO_MANAGER, source: REFERENCE, certainty: 'implied' },
  { name: 'air-image-uploader', permissions: LATER_UPLOADER, source: REFERENCE, certainty: 'inferred' },
  { name: 'air_image_uploader', permissions: LATER_UPLOADER, source: REFERENCE, certainty: 'implied' },
  { name: 'air-image-publisher', permissions: LATER_PUBLISHER, source: REFERENCE, certainty: 'inferred' },
  { name: 'air_image_publisher', permissions: LATER_PUBLISHER, source: REFERENCE, certainty: 'implied' },
  { name: 'air-image-sharer', permissions: ['air:image_sharing'], source: REFERENCE, certainty: 'inferred' },
  { name: 'air_image_sharer', permissions: ['air:image_sharing'], source: REFERENCE, certainty: 'implied' },
  { name: 'air-instructor', permissions: ['air:training_instructor'], source: REFERENCE, certainty: 'inferred' },
  { name: 'air_instructor', permissions: ['air:training_instructor'], source: REFERENCE, certainty: 'implied' },
  { name: 'air_org_admin', permissions: LATER_USER, source: REFERENCE, certainty: 'implied' },
  { name: 'air_image_claimer', permissions: ['air:image_claiming'], source: REFERENCE, certainty: 'documented' },
  { name: 'air_admin', permissions: ['air:admin'], source: REFERENCE, certainty: 'documented' },
  { name: 'air_sre', permissions: ['air:sre'], source: REFERENCE, certainty: 'documented' },
  { name: 'air_simengine_debugger', permissions: ['air:manifest_read'], source: REFERENCE, certainty: 'inferred' },
  {
    name: 'air_simengine_developer',
    permissions: ['air:manifest_read', 'air:manifest_write'],
    source: REFERENCE,
    certainty: 'inferred',
  },
  { name: 'air_trainee', permissions: [], source: REFERENCE, certainty: 'documented' },
  { name: 'user_admin', permissions: [], source: REFERENCE, certainty: 'documented' },
] as const satisfies readonly RoleRow<Scope>[];
