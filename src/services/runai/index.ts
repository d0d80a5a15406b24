import { lawOf } from '../../core/law.ts';
import type { ServiceDefinition } from '../../service.ts';
import { authenticate, impersonate } from './access-token.ts';
import { events } from './events.ts';
import { accessKeyLookups, accessKeyOperations } from './operations/access-keys.ts';
import { realmOperations } from './operations/realm.ts';
import { tokenOperations } from './operations/token.ts';
import { renderProblem } from './problem.ts';
import { seed } from './seed.ts';
import { TABLES } from './tables/index.ts';

const LAW = lawOf('runai', '2.24', TABLES);

/** The control plane of NVIDIA Run:ai: tokens and access keys. */
export const runai: ServiceDefinition = {
  name: 'runai',
  title: 'NVIDIA Run:ai',
  prefixes: ['/api/v1', '/api/v2', '/v1/k8s', '/auth'],
  laws: [LAW],
  law: () => LAW,
  authenticate,
  impersonate,
  lookups: accessKeyLookups,
  operations: { ...tokenOperations, ...realmOperations, ...accessKeyOperations },
  renderProblem,
  errors: [{ schema: 'Error', mediaType: 'application/json' }],
  seed,
  events,
};
