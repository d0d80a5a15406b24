import type { Decision } from '../../../src/decisions/decision.ts';
import type { Hint } from '../../../src/decisions/explaining/hints/refused-request.ts';
import { HTTP_STATUS, type Problem } from '../../../src/decisions/problem.ts';
import { COMMON_REASONS } from '../../../src/decisions/reasons.ts';
import { type Access, type Answer, type AnsweredRequest, type Notes, WorldRequest } from '../../../src/http/request.ts';
import type { Route } from '../../../src/http/server.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import type { Fault } from '../../../src/journal/faults/fault.ts';
import { key, ruleOf, toyLaw } from '../../decisions/toy-law.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { incoming } from '../../support/incoming.ts';

/** The time of every toy request. */
export const NOW = Date.UTC(2026, 0, 15, 12);

/** The parts of a request that a test overrides. */
export interface ToyRequestParts {
  readonly server?: object;
  readonly world?: object;
  readonly route?: object;
  readonly service?: object;
  readonly operation?: object;
  readonly request?: Partial<Pick<WorldRequest, 'raw' | 'params' | 'query' | 'fault' | 'startedAt'>>;
  /** Left out if the request was not decided. */
  readonly access?: Partial<Access>;
  /** Left out if the request was not answered. */
  readonly answer?: Partial<Answer>;
  readonly notes?: Partial<Notes>;
  /** The hints that were added before. */
  readonly hints?: readonly Hint[];
  readonly raw?: Parameters<typeof incoming>[0];
}

/** A request for a toy, with the reports of its steps to its world and its server, in order. */
export type ToyRequest = AnsweredRequest & { readonly reported: unknown[][] };

/** A request with stubs for everything that a step uses. */
export function toyRequest({
  server,
  world,
  route,
  service,
  operation,
  request,
  access,
  answer,
  notes,
  hints = [],
  ...parts
}: ToyRequestParts = {}): ToyRequest {
  const reported: unknown[][] = [];
  const report =
    (kind: string) =>
    (...details: unknown[]) =>
      void reported.push([kind, ...details]);
  const toyWorld = {
    id: 'default',
    clock: { now: () => NOW },
    activityLog: {
      id: 'default',
      isShared: false,
      secrets: toySecrets(),
      uses: { record: report('use') },
      joinHeaders: (headers: readonly string[]) => headers.join('\n'),
      recordDecision: report('decision'),
      recordRequest: (draft: object) => {
        report('request')(draft);
        return 'r-1';
      },
      publishEvent: report('event'),
      flush: async () => report('flush')(),
    },
    deleted: { findDeletionTime: () => null },
    tokenUsage: { countGrant: () => 0, forgetGrants: report('forgetGrants'), countRefusal: () => 0, resetAt: null },
    store: { fault: () => null },
    nextDecisionId: () => 'd-1',
    ...world,
  };
  const toyServer = {
    counts: { add: () => {} },
    log: {
      warn: report('warn'),
      info: report('info'),
      error: report('error'),
      debug: report('debug'),
      isDebugging: false,
    },
    worlds: { hasOneWorld: true, fault: () => null },
    explain: true,
    offDocument: 'report',
    reasons: COMMON_REASONS,
    extractors: [],
    tripwire: { shortest: 5, warn: (text: string) => (text.includes('REAL') ? [`in \`${text}\``] : []) },
    publicUrl: null,
    ownUrl: null,
    isTls: false,
    limits: createLimits(),
    settings: {},
    ...server,
  };
  const raw = incoming({ method: 'GET', url: '/toys/ball?loud=1', ...parts.raw });
  const toyRoute = {
    ruleset: toyLaw,
    row: { id: 'row_of_toy' },
    rule: null,
    lookup: null,
    readsBody: false,
    errorRenderer: { errors: [], renderProblem: renderToyProblem },
    document: { otherVersions: [], describeSchemaFault: () => null },
    ...route,
    service: { name: 'toys', ...service },
    operation: { id: 'get_toy', body: 'none', bodyForm: null, ...operation },
  };
  const routed = { raw, route: toyRoute as never, params: { toy: 'ball' }, query: {} };
  const worldRequest = new WorldRequest<Route>(
    toyServer as never,
    toyWorld as never,
    { ...routed, calledUrl: 'http://localhost', startedAt: 0 },
    {
      fault: null,
      origins: { origin: 'http://mock', openOrigin: 'http://mock', namesWorld: false },
      received: null,
    },
  );
  const { add } = worldRequest.hints;
  worldRequest.hints.add = (...hint) => {
    reported.push(['hint', ...hint]);
    add.apply(worldRequest.hints, hint);
  };
  worldRequest.hints.list = hints;
  Object.assign(worldRequest.notes, notes);
  if (access !== undefined) {
    const accessRequest = { rule: ruleOf(), ruleset: toyLaw };
    worldRequest.access = {
      caller: key(['play']),
      accessRequest,
      decision: ALLOWED,
      target: undefined,
      use: null,
      ...access,
    };
  }
  if (answer !== undefined) worldRequest.answer = { ...ANSWER, ...answer };
  return Object.assign(worldRequest as AnsweredRequest, { reported }, request);
}

const ANSWER: Answer = {
  outcome: { status: 200 },
  problem: null,
  decision: null,
  isExecuted: false,
  isOfFault: false,
  statusWithoutFault: null,
};

/** The error of a toy service, with everything that is known of the problem. */
export function renderToyProblem({ kind, message, reason }: Problem, about: object) {
  return { status: HTTP_STATUS[kind], body: { kind, message, reason, about } };
}

/** The decision of an allowed request for the ball. */
export const ALLOWED: Decision = {
  id: 'd-1',
  at: NOW,
  service: 'toys',
  operation: 'get_toy',
  request: { method: 'GET', path: '/toys/ball' },
  effect: 'allow',
  principal: { kind: 'service-key', id: 'key-1', name: 'robot' },
  rule: 'r',
  reason: null,
};

/** A fault with this action. */
export function createFault(action: Fault['action'], more: Partial<Fault> = {}): Fault {
  return {
    id: 'f-1',
    place: 1,
    createdAt: NOW,
    match: {},
    probability: 1,
    seed: 's',
    times: null,
    after: 0,
    action,
    until: null,
    seen: 1,
    fired: 1,
    shadowedBy: null,
    ended: null,
    ...more,
  };
}
