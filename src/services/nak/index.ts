import type { ServiceDefinition } from '../../contract/service.ts';
import { Problem } from '../../core/problem.ts';
import { rulesetOf } from '../../core/ruleset.ts';
import { presentKey } from '../../ngc-keys/key-text.ts';
import { presentAdminToken } from './credentials.ts';
import { KEY_OWNERS } from './issued.ts';
import { adminTokenOperations } from './operations/admin-token.ts';
import { administrationOperations } from './operations/administration.ts';
import { introspectionOperations } from './operations/introspection.ts';
import { keyOperations } from './operations/keys.ts';
import { serviceOperations } from './operations/services.ts';
import { ERRORS, renderProblem } from './problem.ts';
import { TABLES } from './tables/index.ts';

const RULESET = rulesetOf('nak', null, TABLES);

/** The key service of self-hosted Cloud Functions, and the issuer of administrators' tokens. */
export const nak: ServiceDefinition<'nak'> = {
  name: 'nak',
  title: 'NVIDIA API Keys',
  prefixes: ['/v1/keys', '/v1/introspect', '/v1/namespaces', '/v1/services', '/v1/service-admin', '/v1/admin'],
  rulesets: [RULESET],
  ruleset: () => RULESET,
  // All of its operations are open.
  authenticate: async () => {
    throw new Problem('internal', 'The key service authenticates nobody.');
  },
  extractors: [presentAdminToken],
  credentialFields: { key: presentKey, 'input.apiKey': presentKey },
  lookups: {},
  operations: {
    ...keyOperations,
    ...introspectionOperations,
    ...serviceOperations,
    ...administrationOperations,
    ...adminTokenOperations,
  },
  hosts: [{ pattern: /^api-keys\./, prefix: '' }],
  renderProblem,
  errors: ERRORS,
  census: { counted: {}, passedOver: [KEY_OWNERS.name] },
  seed: null,
  events: null,
};
