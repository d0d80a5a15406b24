import type { Section } from '../../../contract/sections.ts';
import type { RoleRow } from '../../../decisions/rule.ts';
import type { Scope } from './scopes.ts';

/** The scopes for running simulations. */
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
/** Scopes that operations of 2.0 need, but the page does not list. */
const BEYOND_THE_PAGE = ['air:sre', 'air:manifest_read', 'air:manifest_write'] as const;

// Each role on the page has the same scopes as its later form.
const LATER_USER = [...USER, 'air:marketplace_demo_write'] as const;
const LATER_DEMO_MANAGER = ['air:marketplace_demo_write', 'air:marketplace_demo_publish'] as const;
const LATER_UPLOADER = ['air:image_read', 'air:image_write'] as const;
const LATER_PUBLISHER = [...LATER_UPLOADER, 'air:image_publish'] as const;

/** For roles whose scopes the page does not list. */
const BY_NAME =
  'API authentication page: the role grants the scopes that its name suggests; that it does not grant `air:access` is inferred';

/** The seven roles on the page. Only `air` and `air-admin` grant `air:access`. */
export const ROLE_SECTIONS = [
  { source: 'API authentication page, roles', certainty: 'documented', permissions: USER, rows: ['air'] },
  {
    source: 'API authentication page, roles: administrative access to all Air resources',
    certainty: 'documented',
    permissions: [...EVERYTHING_OF_THE_PAGE, ...BEYOND_THE_PAGE],
    rows: ['air-admin'],
  },
  {
    source: BY_NAME,
    certainty: 'implied',
    rows: {
      'air-demo-manager': {
        permissions: ['air:marketplace_demo_read', 'air:marketplace_demo_write', 'air:marketplace_demo_publish'],
        source: `${BY_NAME}, and so is \`air:marketplace_demo_read\``,
      },
      'air-image-uploader': { permissions: ['air:image_write'] },
      'air-image-publisher': { permissions: ['air:image_publish'] },
      'air-image-sharer': { permissions: ['air:image_sharing'] },
      'air-instructor': { permissions: ['air:training_instructor'] },
    },
  },
] as const satisfies readonly Section<RoleRow<Scope>, 'name'>[];

/** Roles of the later product. Roles on the page are accepted, too, with the scopes of their later form. */
export const DSX_ROLE_SECTIONS = [
  {
    source: 'API reference (DSX Air), role notes of the operations',
    rows: {
      air: { permissions: LATER_USER, certainty: 'inferred' },
      air_user: { permissions: LATER_USER, certainty: 'implied' },
      'air-admin': { permissions: EVERYTHING_OF_THE_PAGE, certainty: 'inferred' },
      'air-demo-manager': { permissions: LATER_DEMO_MANAGER, certainty: 'inferred' },
      air_demo_manager: { permissions: LATER_DEMO_MANAGER, certainty: 'implied' },
      'air-image-uploader': { permissions: LATER_UPLOADER, certainty: 'inferred' },
      air_image_uploader: { permissions: LATER_UPLOADER, certainty: 'implied' },
      'air-image-publisher': { permissions: LATER_PUBLISHER, certainty: 'inferred' },
      air_image_publisher: { permissions: LATER_PUBLISHER, certainty: 'implied' },
      'air-image-sharer': { permissions: ['air:image_sharing'], certainty: 'inferred' },
      air_image_sharer: { permissions: ['air:image_sharing'], certainty: 'implied' },
      'air-instructor': { permissions: ['air:training_instructor'], certainty: 'inferred' },
      air_instructor: { permissions: ['air:training_instructor'], certainty: 'implied' },
      air_org_admin: { permissions: LATER_USER, certainty: 'implied' },
      air_image_claimer: { permissions: ['air:image_claiming'], certainty: 'documented' },
      air_admin: { permissions: ['air:admin'], certainty: 'documented' },
      air_sre: { permissions: ['air:sre'], certainty: 'documented' },
      air_simengine_debugger: { permissions: ['air:manifest_read'], certainty: 'inferred' },
      air_simengine_developer: { permissions: ['air:manifest_read', 'air:manifest_write'], certainty: 'inferred' },
      air_trainee: { permissions: [], certainty: 'documented' },
      user_admin: { permissions: [], certainty: 'documented' },
    },
  },
] as const satisfies readonly Section<RoleRow<Scope>, 'name'>[];
