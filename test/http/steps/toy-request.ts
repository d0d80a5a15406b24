import type { Decision } from '../../../src/decisions/decision.ts';
import { HTTP_STATUS, type Problem } from '../../../src/decisions/problem.ts';
import { COMMON_REASONS } from '../../../src/decisions/reasons.ts';
import type { Fault } from '../../../src/faults/fault.ts';
import { RequestInWorld } from '../../../src/http/request.ts';
import type { Route } from '../../../src/http/server.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import { toyLaw } from '../../decisions/toy-law.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { incoming } from '../../support/incoming.ts';

/** When toys are asked for. */
export const NOW = Date.UTC(2026, 0, 15, 12);

/** What a test makes different, one part of a request at a time. */
export interface Given {
  readonly server?: object;
  readonly world?: object;
  readonly route?: object;
  readonly service?: object;
  readonly operation?: object;
  readonly request?: Partial<RequestInWorld>;
  readonly raw?: Parameters<typeof incoming>[0];
}

/** A request for a toy, and what its steps told to the world and the server around it, in order. */
export type ToyRequest = RequestInWorld & { readonly reported: unknown[][] };

/** A request on its way, with nothing around it but what a step looks at. */
export function toyRequest({ server, world, route, service, operation, request, ...given }: Given = {}): ToyRequest {
  const reported: unknown[][] = [];
  const tell =
    (what: string) =>
    (...parts: unknown[]) =>
      void reported.push([what, ...parts]);
  const toyWorld = {
    id: 'default',
    mode: 'enforce',
    clock: { now: () => NOW },
    findings: { report: tell('finding') },
    activityLog: {
      id: 'default',
      isShared: false,
      secrets: toySecrets(),
      uses: { record: tell('use') },
      joinHeaders: (headers: readonly string[]) => headers.join('\n'),
      recordDecision: tell('decision'),
      recordRequest: tell('request'),
      publishEvent: tell('event'),
      flush: async () => tell('flush')(),
    },
    deleted: { findDeletionTime: () => null },
    tokenUsage: { countGrant: () => 0, forgetGrants: tell('forgetGrants'), countRefusal: () => 0, resetAt: null },
    store: { fault: () => null },
    nextDecisionId: () => 'd-1',
    ...world,
  };
  const toyServer = {
    metrics: { countResponse: () => {} },
    log: { info: tell('info'), error: tell('error'), debug: tell('debug'), isDebugging: false },
    worlds: { isAlone: true, fault: () => null },
    explain: true,
    fidelity: 'any',
    offDocument: 'report',
    reasons: COMMON_REASONS,
    extractors: [],
    tripwire: { shortest: 5, warn: (text: string) => (text.includes('REAL') ? [`in \`${text}\``] : []) },
    publicUrl: null,
    isTls: false,
    limits: createLimits(),
    settings: {},
    ...server,
  };
  const raw = incoming({ method: 'GET', url: '/toys/ball?loud=1', ...given.raw });
  const toyRoute = {
    ruleset: toyLaw,
    row: { id: 'row_of_toy' },
    rule: null,
    lookup: null,
    readsBody: false,
    errorRenderer: { errors: [], renderProblem: toyWords },
    document: { otherVersions: [], describeSchemaFault: () => null },
    ...route,
    service: { name: 'toys', ...service },
    operation: { id: 'get_toy', body: 'none', bodyForm: null, ...operation },
  };
  const routed = { raw, route: toyRoute as never, params: { toy: 'ball' }, query: {}, worldToMake: null };
  const made = new RequestInWorld<Route>(
    toyServer as never,
    toyWorld as never,
    { ...routed, startedAt: 0 },
    {
      fault: null,
      origins: { origin: 'http://mock', openOrigin: 'http://mock', namesWorld: false },
      received: null,
    },
  );
  return Object.assign(made, { reported, outcome: { status: 200 } }, request);
}

/** How toys refuse: everything that is known of the problem. */
export function toyWords({ kind, message, reason }: Problem, about: object) {
  return { status: HTTP_STATUS[kind], body: { kind, message, reason, about } };
}

/** What an allowed request for the ball leaves behind. */
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

/** A fault that does this. */
export function faultThat(action: Fault['action'], more: Partial<Fault> = {}): Fault {
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
    drill: null,
    seen: 1,
    fired: 1,
    shadowedBy: null,
    ...more,
  };
}
