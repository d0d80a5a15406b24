import type { ServiceDefinition } from '../../contract/service.ts';
import { Problem } from '../../decisions/problem.ts';
import { createRuleset } from '../../decisions/ruleset.ts';
import { decodeClaims } from '../../lib/compact-jwt.ts';
import { worldOfName } from '../../lib/world-id.ts';
import { ADMIN_CLIENT } from '../../tokens/admin-token.ts';
import { type CredentialExtractor, findBearerToken } from '../../tokens/presented-credential.ts';
import { presentKey } from '../ngc-keys/key-text.ts';
import { KEY_SERVICE_HINTS } from './hints.ts';
import { KEY_OWNERS } from './key-owners.ts';
import { adminTokenOperations } from './operations/admin-token.ts';
import { administrationOperations } from './operations/administration.ts';
import { introspectionOperations } from './operations/introspection.ts';
import { keyOperations } from './operations/keys.ts';
import { serviceOperations } from './operations/services.ts';
import { ERRORS, renderProblem } from './problem.ts';
import { TABLES } from './tables/index.ts';

const RULESET = createRuleset('nak', null, TABLES);

/** Returns the world of an administrator's token, from its `jti`; null for any other token. */
const presentAdminToken: CredentialExtractor = (authorization) => {
  const token = findBearerToken(authorization);
  const { azp, jti } = (token === null ? null : decodeClaims(token)) ?? {};
  return azp === ADMIN_CLIENT && typeof jti === 'string' ? { kind: 'token', world: worldOfName(jti) } : null;
};

/** The key service of self-hosted Cloud Functions, and the issuer of administrators' tokens. */
export const nak: ServiceDefinition<'nak'> = {
  name: 'nak',
  title: 'NVIDIA API Keys',
  prefixes: ['/v1/keys', '/v1/introspect', '/v1/namespaces', '/v1/services', '/v1/service-admin', '/v1/admin'],
  hosts: [{ pattern: /^api-keys\./, prefix: '', example: 'api-keys.localhost' }],
  rules: {
    rulesets: [RULESET],
    selectRuleset: () => RULESET,
  },
  callers: {
    // Never called: all operations are public.
    authenticate: async () => {
      throw new Problem('internal', 'The key service has no authentication.');
    },
  },
  credentials: {
    extractors: [presentAdminToken],
    fields: { key: presentKey, 'input.apiKey': presentKey },
  },
  lookups: {},
  operations: {
    ...keyOperations,
    ...introspectionOperations,
    ...serviceOperations,
    ...administrationOperations,
    ...adminTokenOperations,
  },
  renderProblem,
  errors: ERRORS,
  decisionHelp: {
    hints: KEY_SERVICE_HINTS,
  },
  seed: null,
  state: {
    events: null,
    objectCounts: { counted: {}, uncountedCollections: [KEY_OWNERS.name] },
  },
};
