import type { IncomingMessage } from 'node:http';
import { cover, decide } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Derived } from '../core/derived.ts';
import { asProblem, Problem, type ProblemKind } from '../core/problem.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Log } from '../log.ts';
import type { Context, Handler, Lookup, Outcome, ServiceDefinition, Surroundings } from '../service.ts';
import type { World } from '../world.ts';
import { headerLines, originOf, pathOf } from './arrival.ts';
import { type BodyLimits, readJsonBody } from './body.ts';
import { covered, decisionHeader, judged, refusalLine, refused, shortPath } from './explain.ts';
import type { ApiDocument, Operation } from './openapi.ts';

/** What the pipeline of one server works with. */
export interface Pipeline {
  readonly world: World;
  readonly surroundings: Surroundings;
  readonly log: Log;
  readonly limits: BodyLimits;
  readonly publicUrl: string | null;
  readonly explain: boolean;
  /** What becomes of an answer that does not fit its document: `throw` in tests, `report` as a finding in a server. */
  readonly offDocument: 'throw' | 'report';
}

/** One operation with everything that is known of it before a request comes. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly document: ApiDocument;
  readonly operation: Operation;
  readonly handler: Handler;
  readonly row: OperationRow;
  /** False for methods that say nothing by a body (RFC 9110, 9.3.1), where the document names none. */
  readonly readsBody: boolean;
  /** Null: public. */
  readonly rule: Rule | null;
  /** Null: the path names no object. */
  readonly lookup: Lookup | null;
  /** Bodies of unchanged outcomes that were checked before, as JSON. */
  readonly written: Derived<object, string>;
}

/** What it takes to answer where there is no operation. */
export type Voice = Pick<ServiceDefinition, 'admit' | 'renderProblem'>;

/** What is written to the socket. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly payload: string | undefined;
}

/** A request on its way through the steps. Each step reads what earlier ones wrote. */
interface Passage {
  readonly pipeline: Pipeline;
  readonly route: Route;
  readonly raw: IncomingMessage;
  readonly context: { -readonly [Member in keyof Context]: Context[Member] };
  decision: Decision | null;
  problem: Problem | null;
  outcome: Outcome;
}

const JSON_TYPE = 'application/json';

/** A request that cannot be read is no decision, whoever sent it: these leave none behind. */
const MALFORMED: ReadonlySet<ProblemKind> = new Set([
  'invalid_request',
  'timeout',
  'too_large',
  'unsupported_media_type',
]);

/** Every step of a request, in order. A step that refuses throws a Problem; the rest is then passed over. */
export async function answer(
  pipeline: Pipeline,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Promise<Answer> {
  const passage = begin(pipeline, route, raw, params, query);
  try {
    place(passage);
    await authenticate(passage);
    decided(passage);
    if (route.readsBody) await parse(passage);
    validate(passage);
    if (route.lookup !== null) await coverTarget(passage);
    await handle(passage);
  } catch (thrown) {
    refuse(passage, thrown);
  }
  conform(passage);
  return send(passage);
}

/** The answer to a request that no operation has: unknown path, wrong method, unreadable path. */
export function answerUnrouted(pipeline: Pipeline, service: Voice, raw: IncomingMessage, problem: Problem): Answer {
  let told = problem;
  try {
    const arrival = contextOf(pipeline, raw, {}, {});
    arrival.origin = originOf(raw, pipeline.publicUrl);
    service.admit?.(arrival);
  } catch (thrown) {
    told = asProblem(thrown);
  }
  const outcome = service.renderProblem(told, pipeline.surroundings.settings);
  logRefusal(pipeline.log, raw, outcome.status, told);
  return written(outcome, told);
}

function begin(
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
function contextOf(
  { world, surroundings }: Pipeline,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Passage['context'] {
  const { store, tokens, remembered, findings, hosts, settings, random, views } = surroundings;
  return {
    store,
    tokens,
    remembered,
    findings,
    hosts,
    settings,
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
  };
}

/** Which world, which service, under which name: and may the request come in at all? */
function place({ pipeline, route, raw, context }: Passage): void {
  context.origin = originOf(raw, pipeline.publicUrl);
  if (route.operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  route.service.admit?.(context);
}

/** Who asks? */
async function authenticate({ route, context }: Passage): Promise<void> {
  if (route.rule !== null) context.caller = await route.service.authenticate(context);
}

/** May they do this at all? */
function decided(passage: Passage): void {
  const { rule, service } = passage.route;
  const { caller } = passage.context;
  if (rule === null || caller === null) return;
  const judgement = decide(rule, caller.standing, service.tables.term);
  passage.decision = judged(asked(passage), caller, rule, judgement);
  if (judgement.effect === 'deny') throw new Problem('forbidden');
}

/** The body, as a value. */
async function parse({ pipeline, route, raw, context }: Passage): Promise<void> {
  const { operation, row } = route;
  context.body = await readJsonBody(raw, operation, row.fieldNames ?? 'exact', pipeline.limits);
}

/** Is the request what the document asks for? Query parameters that it does not name are passed over. */
function validate({ route, context }: Passage): void {
  const { operation } = route;
  const query = context.query as Record<string, unknown>;
  for (const name of Object.keys(query)) {
    if (operation.queryNames.has(name)) continue;
    delete query[name];
    const message = `${operation.id} was called with the query parameter \`${shortPath(name)}\`, which its document does not name; it was ignored`;
    context.findings.report('undocumented_query', message, context.now);
  }
  const fault = operation.requestFault({ path: context.params, query, body: context.body });
  if (fault !== null) throw new Problem('invalid_request', fault);
}

/** Does the object exist for this caller? */
async function coverTarget(passage: Passage): Promise<void> {
  const { route, context, decision } = passage;
  const { rule, lookup } = route;
  if (rule?.cover === undefined || lookup === null || decision === null) return;
  const id = context.params[rule.cover.param] ?? '';
  const sighting = await lookup(context, id);
  const judgement = cover(sighting);
  passage.decision = covered(decision, judgement, sighting, id);
  if (sighting.seen !== 'own') throw new Problem('not_found');
  context.target = sighting.target;
}

/** Do it. */
async function handle(passage: Passage): Promise<void> {
  passage.outcome = await passage.route.handler(passage.context);
}

/** Whatever was thrown, in the vendor's words; and a credential that was not accepted becomes a decision. */
function refuse(passage: Passage, thrown: unknown): void {
  const problem = asProblem(thrown);
  passage.problem = problem;
  passage.decision = MALFORMED.has(problem.kind) ? null : (passage.decision ?? refused(asked(passage), problem));
  passage.outcome = passage.route.service.renderProblem(problem, passage.context.settings);
}

/** Is the answer what the document promises? */
function conform({ pipeline, route, context, problem, outcome }: Passage): void {
  const { operation, written } = route;
  if (outcome.unchanged === true && written.has(outcome.body as object)) return;
  const fault =
    problem === null
      ? operation.answerFault(outcome.status, outcome.body === undefined ? null : mediaTypeOf(outcome), outcome.body)
      : errorFault(route, outcome);
  if (fault === null) return;
  if (pipeline.offDocument === 'throw') throw new Error(`an answer does not fit its document: ${fault}`);
  context.findings.report('answer_off_document', fault, context.now);
}

/** How a refusal differs from what this service's errors look like. */
function errorFault({ document, service: { name, errors } }: Route, outcome: Outcome): string | null {
  const mediaType = mediaTypeOf(outcome);
  return mediaType === errors.mediaType
    ? document.schemaFault(errors.schema, outcome.body)
    : `${name} refused as ${mediaType}, and its errors are ${errors.mediaType}`;
}

/** The answer, with its decision beside it. */
async function send({ pipeline, route, context, raw, decision, problem, outcome }: Passage): Promise<Answer> {
  const answer = written(outcome, problem, route.written);
  if (decision !== null) {
    await context.store.decisions.record(decision);
    if (pipeline.explain) answer.headers['x-mock-decision'] = decisionHeader(decision);
  }
  if (problem !== null && decision?.effect === 'deny') pipeline.log.info(refusalLine(outcome.status, decision));
  else if (problem !== null) logRefusal(pipeline.log, raw, outcome.status, problem);
  else if (pipeline.log.debugging) pipeline.log.debug(`${outcome.status} ${raw.method} ${pathOf(raw.url)}`);
  return answer;
}

/** No operation has this path. */
export function unknownPath({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `There is no operation at \`${shortPath(pathOf(url))}\`.`);
}

function asked({ pipeline, route, raw, context }: Passage) {
  return {
    id: pipeline.world.nextDecisionId(),
    at: context.now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method: context.method, path: shortPath(pathOf(raw.url)) },
  };
}

function written(
  { status, body, headers, unchanged }: Outcome,
  problem: Problem | null,
  before?: Derived<object, string>,
): Answer {
  return {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': JSON_TYPE }),
      ...headers,
      ...(problem?.close === true && { connection: 'close' }),
    },
    payload: unchanged === true ? before?.of(body as object, JSON.stringify) : JSON.stringify(body),
  };
}

function mediaTypeOf({ headers }: Outcome): string {
  return (headers?.['content-type'] ?? JSON_TYPE).split(';')[0] as string;
}

function logRefusal(log: Log, raw: IncomingMessage, status: number, problem: Problem): void {
  const line = `${status} ${raw.method} ${shortPath(pathOf(raw.url))} - ${problem.message}`;
  if (problem.kind === 'internal') log.error(line, problem.cause);
  else log.info(line);
}
