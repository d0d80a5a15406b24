import type { ServiceDefinition } from '../../service.ts';
import { authenticate } from './access-token.ts';
import { events } from './events.ts';
import { accessKeyLookups, accessKeyOperations } from './operations/access-keys.ts';
import { realmOperations } from './operations/realm.ts';
import { tokenOperations } from './operations/token.ts';
import { renderProblem } from './problem.ts';
import { seed } from './seed.ts';
import { TABLES } from './tables/index.ts';

/** The control plane of NVIDIA Run:ai: tokens and access keys. */
export const runai: ServiceDefinition = {
  name: 'runai',
  title: 'NVIDIA Run:ai',
  profile: '2.24',
  prefixes: ['/api/v1', '/api/v2', '/v1/k8s', '/auth'],
  tables: TABLES,
  authenticate,
  lookups: accessKeyLookups,
  operations: { ...tokenOperations, ...realmOperations, ...accessKeyOperations },
  renderProblem,
  errors: { schema: 'Error', mediaType: 'application/json' },
  seed,
  events,
};
