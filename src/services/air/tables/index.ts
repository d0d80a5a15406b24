export { OPERATIONS } from './operations.ts';
export { REMEDIES } from './remedies.ts';
export type { AirOperation, AirResource } from './resource.ts';
export { RESOURCES } from './resources/index.ts';
export { DSX_ROLES, ROLES } from './roles.ts';
export { SCOPES } from './scopes.ts';
