import type { IncomingMessage } from 'node:http';
import type { Instant } from '../core/clock.ts';
import { cover, decide, refusal } from '../core/decide.ts';
import { Problem, type ProblemKind } from '../core/problem.ts';
import type { Log } from '../log.ts';
import type { About, Outcome, ServiceDefinition } from '../service.ts';
import { type Answer, mediaTypeOf, written } from './answer.ts';
import { originOf, pathOf } from './arrival.ts';
import { checkTexts, readBody } from './body.ts';
import { decisionHeader, judged, refusalLine, refused, shortPath } from './explain.ts';
import type { Operation } from './openapi.ts';
import {
  admitBy,
  asked,
  begin,
  contextOf,
  lowerUuids,
  type Passage,
  type Pipeline,
  questionOf,
  type Route,
} from './passage.ts';
import { isStorageProblem, problemOf } from './problem.ts';
import { otherVersion, profilesWith } from './routes.ts';
import { sightingOf, targetOf } from './sighting.ts';

/** What it takes to answer where there is no operation. */
export type Spokesman = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'isSwitchboard' | 'habits' | 'authenticate'>>;

/** A request that cannot be read is no decision, whoever sent it: these leave none behind. */
const MALFORMED: ReadonlySet<ProblemKind> = new Set([
  'invalid_request',
  'timeout',
  'too_large',
  'unsupported_media_type',
]);

/**
 * Statuses of the connection or of the server as a whole. No operation decides them, whatever it is, so its document need
 * not name them; their bodies still have the form of the service's errors.
 */
const OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path has no such method, so there is no operation that could name it'],
  [408, 'the request, or its body, did not arrive in time'],
  [413, 'the body is larger than the server reads, whatever it is for'],
  [414, 'the path is longer than the server reads'],
  [417, 'HTTP knows one expectation, and no operation has another'],
  [431, 'the headers are larger than the server reads'],
  [500, 'a fault of the mock, which no vendor documents'],
  [503, 'something outside that the mock needs does not answer'],
  [507, 'the machine has no room to keep what was sent'],
]);

/** Every step of a request, in order. A step that refuses throws a Problem; the rest is then passed over. */
export async function answer(
  pipeline: Pipeline,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Promise<Answer> {
  // Refusals are compared with the document, too, so it is made ready before the first step that can refuse.
  if (!route.document.isReady) await route.document.ready();
  const passage = begin(pipeline, route, raw, params, query);
  try {
    place(passage);
    await authenticate(passage);
    await decided(passage);
    if (looksUpFirst(route)) await coverTarget(passage);
    if (route.readsBody) await parse(passage);
    validate(passage);
    if (!looksUpFirst(route)) await coverTarget(passage);
    await handle(passage);
  } catch (thrown) {
    refuse(passage, thrown);
  }
  conform(passage);
  return send(passage);
}

function looksUpFirst({ service }: Route): boolean {
  return service.habits?.looksUpFirst === true;
}

/** The answer to a request that no operation has: unknown path, wrong method, unreadable path. */
export async function answerUnrouted(
  pipeline: Pipeline,
  service: Spokesman,
  raw: IncomingMessage,
  problem: Problem,
): Promise<Answer> {
  let told = problem;
  lookAtHead(pipeline, raw, pipeline.world.clock.now());
  try {
    const arrival = contextOf(pipeline, raw, {}, {});
    arrival.origin = originOf(raw, pipeline.publicUrl);
    pipeline.gate.check(raw, service.isSwitchboard === true ? 'admin' : 'open');
    const isKnownPath = problem.kind === 'method_not_allowed';
    if (isKnownPath && service.habits?.authenticatesFirst === true) await service.authenticate?.(arrival);
  } catch (thrown) {
    told = problemOf(thrown);
  }
  const { settings, random } = pipeline.surroundings;
  const path = pathOf(raw.url);
  const nothing = { params: {}, operation: null, caller: null, decision: null };
  const outcome = service.renderProblem(told, { settings, random, path, ...nothing });
  logRefusal(pipeline.log, raw, outcome.status, told);
  return written(outcome, told);
}

/** Which world, which service, under which name: and may the request come in at all? */
function place({ pipeline, route, raw, context }: Passage): void {
  lookAtHead(pipeline, raw, context.now);
  context.origin = originOf(raw, pipeline.publicUrl);
  pipeline.gate.check(raw, route.guard);
  if (route.operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  lowerUuids(route, context.params as Record<string, string>);
}

/** A key that may be a real one is worth knowing of wherever it was sent: in the path, the query or any header. */
function lookAtHead(pipeline: Pipeline, { url = '', rawHeaders }: IncomingMessage, now: Instant): void {
  lookAt(pipeline, url, now);
  for (const line of rawHeaders) lookAt(pipeline, line, now);
}

function lookAt({ tripwire, surroundings }: Pipeline, text: string, now: Instant): void {
  for (const warning of tripwire(text)) surroundings.findings.report('foreign_credential', warning, now);
}

/** Who asks? */
async function authenticate({ route, context }: Passage): Promise<void> {
  if (route.rule !== null) context.caller = await route.service.authenticate(context);
}

/** May they do this at all? A refusal looks the object up all the same, so that it can say what would turn it. */
async function decided(passage: Passage): Promise<void> {
  const { route, context } = passage;
  const { caller } = context;
  const question = questionOf(route, context.params);
  if (question === null || caller === null) return;
  admitBy(context, question);
  const judgement = decide(question, caller);
  if (judgement.effect === 'allow') {
    passage.decision = judged(asked(passage), { question, caller, sighting: null }, judgement, undefined);
    return;
  }
  const sighting = await sightingOf(route, context, question);
  const target = sighting === null ? undefined : targetOf(context, question, sighting);
  const refused = refusal(judgement, question, caller, sighting);
  passage.decision = judged(asked(passage), { question, caller, sighting }, refused, target);
  throw new Problem('forbidden');
}

/** The body, as a value. */
async function parse({ pipeline, route, raw, context }: Passage): Promise<void> {
  const { operation, row } = route;
  const look = (text: string) => lookAt(pipeline, text, context.now);
  const body = await readBody(raw, operation, row.fieldNames ?? 'exact', pipeline.limits, look);
  context.body = route.service.habits?.caselessEnums === true ? operation.spelled(body) : body;
}

/** Is the request what the document asks for? Query parameters that it does not name are passed over. */
function validate({ route, context }: Passage): void {
  const { operation } = route;
  const query = context.query as Record<string, unknown>;
  for (const name of Object.keys(query)) {
    if (operation.queryNames === 'any' || operation.queryNames.has(name)) continue;
    delete query[name];
    const message = `${operation.id} was called with the query parameter \`${shortPath(name)}\`, which its document does not name; it was ignored`;
    context.findings.report('undocumented_query', message, context.now);
  }
  for (const name of operation.queryLists) {
    if (typeof query[name] === 'string') query[name] = query[name].split(',');
  }
  reportOtherMembers(operation, context);
  const fault = operation.requestFault({ path: context.params, query, body: context.body });
  if (fault === null) {
    checkTexts('Query parameter', query);
    checkTexts('Field', context.body);
    return;
  }
  const { sentence, elsewhere } = fault;
  if (elsewhere.length > 0) {
    const message = `${operation.id} was refused for a value that only ${elsewhere.join(', ')} has: ${sentence}`;
    context.findings.report('other_version', message, context.now);
  }
  throw new Problem('invalid_request', sentence);
}

/** Members of the body that this version does not have are passed over, as the vendor does, and worth knowing. */
function reportOtherMembers({ id, bodyElsewhere }: Operation, { body, findings, now }: Passage['context']): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, profiles] of Object.entries(bodyElsewhere)) {
    if (!Object.hasOwn(body, name)) continue;
    const message = `${id} was called with the field \`${name}\`, which only ${profiles.join(', ')} has; it was ignored`;
    findings.report('other_version', message, now);
    delete (body as Record<string, unknown>)[name];
  }
}

/** Does the object exist for this caller, and does what they hold cover it? */
async function coverTarget(passage: Passage): Promise<void> {
  const { route, context, decision } = passage;
  const { caller } = context;
  const question = questionOf(route, context.params);
  if (question === null || caller === null || decision === null) return;
  const sighting = await sightingOf(route, context, question);
  if (sighting === null) return;
  const judgement = cover(question, caller, sighting);
  passage.decision = judged(decision, { question, caller, sighting }, judgement, targetOf(context, question, sighting));
  if (sighting.seen === 'nothing') reportOtherVersion(passage);
  if (judgement.effect === 'deny') throw new Problem(sighting.seen === 'object' ? 'forbidden' : 'not_found');
  if (sighting.seen === 'object') context.target = sighting.target;
}

/** A path that looks like an object's can be one that only another version has. */
function reportOtherVersion({ route, context, raw }: Passage): void {
  const path = pathOf(raw.url);
  const profiles = profilesWith(route.document.elsewhere, context.method, path);
  if (profiles.length > 0)
    context.findings.report('other_version', otherVersion(context.method, path, profiles), context.now);
}

/** Do it. What a handler refuses in words of its own, such as a page, is a decision too. */
async function handle(passage: Passage): Promise<void> {
  const outcome = await passage.route.handler(passage.context);
  passage.outcome = outcome;
  if (outcome.refusal !== undefined) passage.decision = refused(asked(passage), outcome.refusal);
}

/** Whatever was thrown, in the vendor's words; and a credential that was not accepted becomes a decision. */
function refuse(passage: Passage, thrown: unknown): void {
  const problem = problemOf(thrown);
  passage.problem = problem;
  if (isStorageProblem(problem)) passage.context.findings.report('storage', problem.message, passage.context.now);
  passage.decision = MALFORMED.has(problem.kind) ? null : (passage.decision ?? refused(asked(passage), problem));
  passage.outcome = passage.route.voice.renderProblem(problem, aboutOf(passage));
}

function aboutOf({ route, context, raw, decision }: Passage): About {
  const { settings, random, params, caller } = context;
  return { settings, random, path: pathOf(raw.url), params, operation: route.row.id, caller, decision };
}

/** Is the answer what the document promises? */
function conform({ pipeline, route, context, problem, outcome }: Passage): void {
  const { operation, written } = route;
  const { status, body, unchanged } = outcome;
  if (unchanged === true && written.has(body as object)) return;
  const fault =
    (problem === null ? null : errorFault(route, outcome)) ??
    (OF_THE_SERVER.has(status)
      ? null
      : operation.answerFault(status, body === undefined ? null : mediaTypeOf(outcome), body));
  if (fault === null) return;
  if (pipeline.offDocument === 'throw') throw new Error(`an answer does not fit its document: ${fault}`);
  context.findings.report('answer_off_document', fault, context.now);
}

/** How a refusal differs from what this service's errors look like. */
function errorFault({ document, service: { name }, voice }: Route, outcome: Outcome): string | null {
  if (outcome.body === undefined) return voice.errors.includes(null) ? null : `${name} refused without a body`;
  const mediaType = mediaTypeOf(outcome);
  const faults = voice.errors.flatMap((form) =>
    form?.mediaType === mediaType
      ? [form.schema === null ? null : document.schemaFault(form.schema, outcome.body)]
      : [],
  );
  if (faults.length === 0) return `${name} refused as ${mediaType}, and none of its errors is`;
  return faults.includes(null) ? null : (faults[0] ?? null);
}

/** The answer, with its decision beside it. */
async function send({ pipeline, route, context, raw, decision, problem, outcome }: Passage): Promise<Answer> {
  const answer = written(outcome, problem, route.written);
  if (decision !== null) {
    await context.store.decisions.record(decision);
    if (pipeline.explain) answer.headers['x-mock-decision'] = decisionHeader(decision);
  }
  if (decision?.effect === 'deny') pipeline.log.info(refusalLine(outcome.status, decision));
  else if (problem !== null) logRefusal(pipeline.log, raw, outcome.status, problem);
  else if (pipeline.log.debugging) pipeline.log.debug(`${outcome.status} ${raw.method} ${pathOf(raw.url)}`);
  return answer;
}

/** No operation has this path. */
export function unknownPath({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `There is no operation at \`${shortPath(pathOf(url))}\`.`);
}

function logRefusal(log: Log, raw: IncomingMessage, status: number, problem: Problem): void {
  const line = `${status} ${raw.method} ${shortPath(pathOf(raw.url))} - ${problem.message}`;
  if (problem.kind === 'internal') log.error(line, problem.cause);
  else if (isStorageProblem(problem)) log.error(line);
  else log.info(line);
}
