import type { IncomingMessage } from 'node:http';
import { covers, type Question } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Derived } from '../core/derived.ts';
import type { Law } from '../core/law.ts';
import type { Problem } from '../core/problem.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Log } from '../log.ts';
import type { Context, Handler, Lookup, Outcome, ServiceDefinition, Surroundings, Voice } from '../service.ts';
import type { World } from '../world.ts';
import { headerLines, pathOf } from './arrival.ts';
import { type BodyLimits, digestOf } from './body.ts';
import { type Asked, shortPath } from './explain.ts';
import type { Gate, Guard } from './gate.ts';
import type { ApiDocument, Operation } from './openapi.ts';

/** What the pipeline of one server works with. */
export interface Pipeline {
  readonly world: World;
  readonly surroundings: Surroundings;
  readonly log: Log;
  readonly limits: BodyLimits;
  readonly publicUrl: string | null;
  readonly explain: boolean;
  readonly gate: Gate;
  /** What a person should know of a text that came in, because it holds what may be a real credential. */
  readonly tripwire: (text: string) => readonly string[];
  /** What becomes of an answer that does not fit its document: `throw` in tests, `report` as a finding in a server. */
  readonly offDocument: 'throw' | 'report';
}

/** One operation with everything that is known of it before a request comes. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly law: Law;
  readonly document: ApiDocument;
  /** Whose words refusals are told in: the service's, or those of one of its hosts. */
  readonly voice: Voice;
  readonly operation: Operation;
  readonly handler: Handler;
  readonly row: OperationRow;
  /** False for methods that say nothing by a body (RFC 9110, 9.3.1), where the document names none. */
  readonly readsBody: boolean;
  readonly guard: Guard;
  /** Null: public. */
  readonly rule: Rule | null;
  /** Null: the path names no object. */
  readonly lookup: Lookup | null;
  /** Bodies of unchanged outcomes that were checked before, as JSON. */
  readonly written: Derived<object, string>;
}

/** A request on its way through the steps. Each step reads what earlier ones wrote. */
export interface Passage {
  readonly pipeline: Pipeline;
  readonly route: Route;
  readonly raw: IncomingMessage;
  readonly context: { -readonly [Member in keyof Context]: Context[Member] };
  decision: Decision | null;
  problem: Problem | null;
  outcome: Outcome;
}

export function begin(
  pipeline: Pipeline,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Passage {
  const context = contextOf(pipeline, raw, params, query);
  return { pipeline, route, raw, context, decision: null, problem: null, outcome: { status: 500 } };
}

/** Written out member by member, because spreading costs a microsecond on every request. */
export function contextOf(
  { world, surroundings, limits }: Pipeline,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Passage['context'] {
  const { store, tokens, identityProvider, remembered, findings, hosts, settings, laws, random, views } = surroundings;
  return {
    store,
    tokens,
    identityProvider,
    remembered,
    findings,
    hosts,
    settings,
    laws,
    random,
    views,
    now: world.clock.now(),
    origin: '',
    method: raw.method ?? 'GET',
    headerLines: (name) => headerLines(raw, name),
    caller: null,
    params,
    query,
    body: undefined,
    target: undefined,
    admits: admitsNothing,
    digest: (most) => digestOf(raw, most, limits),
  };
}

/** UUIDs in the path are found whatever case they are written in. */
export function lowerUuids({ operation }: Route, params: Record<string, string>): void {
  for (const name of operation.uuidParams) params[name] = (params[name] ?? '').toLowerCase();
}

/** Of a request that no rule is about. */
function admitsNothing(): boolean {
  return false;
}

/** What the route's rule asks about a caller; the path may name an organisation. */
export function questionOf({ rule, law }: Route, params: Readonly<Record<string, string>>): Question | null {
  return rule === null ? null : { rule, law, org: params['org'] };
}

/** Lets handlers ask the rule about further objects. */
export function admitBy(context: Passage['context'], question: Question): void {
  context.admits = (reach) => context.caller !== null && covers(question, context.caller, reach);
}

/** What every decision about this request has in common. */
export function asked({ pipeline, route, raw, context }: Passage): Asked {
  return {
    id: pipeline.world.nextDecisionId(),
    at: context.now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method: context.method, path: shortPath(pathOf(raw.url)) },
  };
}
