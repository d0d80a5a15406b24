import type { ServiceDefinition } from '../../contract/service.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { createRuleset } from '../../decisions/ruleset.ts';
import type { ControlledServer } from './controlled-server.ts';
import { clientOperations, deviceLoginOperations } from './operations/clients.ts';
import { clockOperations } from './operations/clock.ts';
import { eventOperations } from './operations/events.ts';
import { explanationOperations } from './operations/explanations.ts';
import { faultOperations } from './operations/faults.ts';
import { keyOperations } from './operations/keys.ts';
import { propagationOperations } from './operations/propagation.ts';
import { requestOperations } from './operations/requests.ts';
import { simulationOperations } from './operations/simulation.ts';
import { snapshotOperations } from './operations/snapshots.ts';
import { claimOperations, tokenOperations } from './operations/tokens.ts';
import { worldOperations } from './operations/world.ts';
import { worldsOperations } from './operations/worlds.ts';
import { TABLES } from './tables/index.ts';

const RULESET = createRuleset('control', null, TABLES);

/** The control API: a service like any other, with access to the whole server. */
export function createControlService(controlled: ControlledServer): ServiceDefinition<'control'> {
  return {
    name: 'control',
    title: 'Control API',
    prefixes: ['/_mock'],
    conventions: { optionalTrailingSlash: true },
    isControlApi: true,
    rules: {
      rulesets: [RULESET],
      selectRuleset: () => RULESET,
    },
    callers: {
      authenticate: () => Promise.reject(new Error('every operation of the control API is public')),
    },
    lookups: {},
    operations: {
      ...worldOperations(controlled),
      ...worldsOperations(controlled),
      ...snapshotOperations(controlled),
      ...clockOperations(controlled),
      ...explanationOperations(controlled),
      ...requestOperations(controlled),
      ...eventOperations,
      ...faultOperations(controlled),
      ...simulationOperations(controlled),
      ...tokenOperations(controlled),
      ...claimOperations,
      ...clientOperations(controlled),
      ...deviceLoginOperations,
      ...keyOperations,
      ...propagationOperations,
    },
    renderProblem: renderProblemDetails,
    errors: [{ schema: 'Problem', mediaType: PROBLEM_JSON }],
    seed: null,
    state: {
      events: null,
    },
  };
}
