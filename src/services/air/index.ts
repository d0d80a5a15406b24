import type { ServiceDefinition, ServiceState, WorldEvent } from '../../contract/service.ts';
import { KEY_HINTS } from '../ngc-keys/hints.ts';
import { findKeyFixes } from '../ngc-keys/key-fixes.ts';
import { findOtherKey } from '../ngc-keys/key-for-service.ts';
import { findLeastRightsOfKey } from '../ngc-keys/least-rights.ts';
import { authenticate, hypothetical, impersonate } from './caller.ts';
import { LOOKUPS } from './lookups.ts';
import { historyOperations } from './operations/histories.ts';
import { imageShareOperations } from './operations/image-shares.ts';
import { imageOperations } from './operations/images.ts';
import { infraOperations } from './operations/infra.ts';
import { manifestOperations } from './operations/manifests.ts';
import { demoOperations, demoTagOperations } from './operations/marketplace.ts';
import { networkOperations } from './operations/network.ts';
import { budgetLookup, peopleOperations } from './operations/people.ts';
import { demoReviewOperations, imageReviewOperations } from './operations/publishing.ts';
import { runOperations, simulationOperations } from './operations/simulations.ts';
import { topologyOperations } from './operations/topologies.ts';
import { trainingOperations } from './operations/trainings.ts';
import { uploadOperations } from './operations/uploads.ts';
import { ERRORS, renderProblem } from './problem.ts';
import { RULESETS } from './rulesets.ts';
import { seed } from './seed.ts';
import { stateAt } from './states.ts';
import { collectionOf } from './stored.ts';
import { SIMULATIONS } from './tables/simulations.ts';

/** Scheduled events: simulations that reach their final state. */
const events: NonNullable<ServiceState['events']> = async ({ collections }, from, to, limit) => {
  const due = await collectionOf(SIMULATIONS).due(collections, { after: from, to, limit });
  return due.map(
    (row): WorldEvent => ({
      at: row.dueAt ?? to,
      kind: 'simulation.arrived',
      simulationId: row.id,
      name: row.body.members.name,
      state: stateAt(row, to),
    }),
  );
};

/** NVIDIA Air: simulations, images, demos and trainings. Authenticates with NGC keys. */
export const air: ServiceDefinition<'air'> = {
  name: 'air',
  title: 'NVIDIA Air',
  prefixes: ['/api/v3'],
  conventions: {
    optionalTrailingSlash: true,
    looksUpFirst: true,
    authenticatesFirst: true,
    // `normalize_api_url` (src/air_sdk/utils.py of NVIDIA/nv-air-sdk 1.3.1, 9af2cb3) replaces any path by `/api/v3`.
    pathDroppingClient: { name: "NVIDIA's Air SDK (`AirApi`)", userAgent: /^air-sdk\// },
  },
  rules: {
    rulesets: Object.values(RULESETS),
    selectRuleset: (settings) => RULESETS[settings.air],
  },
  callers: {
    authenticate,
    impersonate,
    hypothetical,
  },
  lookups: {
    ...LOOKUPS,
    resource_budgets: budgetLookup,
  },
  operations: {
    ...simulationOperations,
    ...runOperations,
    ...topologyOperations,
    ...networkOperations,
    ...historyOperations,
    ...imageOperations,
    ...uploadOperations,
    ...imageShareOperations,
    ...imageReviewOperations,
    ...demoReviewOperations,
    ...demoOperations,
    ...demoTagOperations,
    ...trainingOperations,
    ...infraOperations,
    ...manifestOperations,
    ...peopleOperations,
  },
  renderProblem,
  errors: ERRORS,
  decisionHelp: {
    findFixes: findKeyFixes,
    credentialFinders: { service_not_enabled: findOtherKey },
    hints: KEY_HINTS,
    leastRights: findLeastRightsOfKey,
  },
  seed,
  state: {
    events,
  },
};
