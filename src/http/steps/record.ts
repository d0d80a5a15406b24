import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ServiceDefinition } from '../../contract/service.ts';
import type { Decision } from '../../decisions/decision.ts';
import { createDecisionHeader, explain, findFixes } from '../../decisions/explaining/index.ts';
import type { Principal } from '../../decisions/principal.ts';
import type { Problem } from '../../decisions/problem.ts';
import { hideDecisionSecrets } from '../../journal/decisions.ts';
import { storeBody } from '../../journal/entry.ts';
import { hidesStatus } from '../../journal/faults/fault.ts';
import { createHintHeader } from '../../journal/request-hints.ts';
import { hideInLine } from '../../journal/secrets.ts';
import { type Instant, readStopwatch } from '../../lib/clock.ts';
import type { LogDetails, RequestLine } from '../../lib/log.ts';
import { redact, showPath } from '../../lib/redact.ts';
import { consoleUrlOf, DEFAULT_WORLD, formatWorldForLog, worldPathOf } from '../../lib/world-id.ts';
import { sentHeaders, type WireResponse } from '../headers.ts';
import type { AnsweredRequest, Payload, WorldRequest } from '../request.ts';
import type { Route } from '../server.ts';
import { pathOf } from '../transport/arrival.ts';
import { isOfForeignPage } from './select-world.ts';

/** A stream has no payload. */
type SentAnswer = Pick<WireResponse, 'headers' | 'payload'>;

/** @param service null if no service has the path @returns the request's id */
export function record(request: AnsweredRequest<Route | null>, service: string | null, sent: SentAnswer): string {
  const { raw, now, route, method, startedAt, hints, notes } = request;
  const { activityLog, id: world } = request.world;
  const { outcome, decision, isExecuted, statusWithoutFault } = request.answer;
  return activityLog.recordRequest({
    at: now,
    world,
    service,
    operation: route?.operation.id ?? null,
    method,
    url: raw.url ?? '/',
    origin: request.calledUrl,
    target: targetOf(raw),
    status: visibleStatus(notes, outcome.status),
    statusWithoutFault,
    principal: principalOf(request),
    reason: decision?.reason ?? null,
    decision: decision?.id ?? null,
    explanation: explanationOf(request),
    hints: hints.list,
    fault: notes.injectedFault?.id ?? null,
    done: isExecuted,
    startedAt,
    durationMs: readStopwatch() - startedAt,
    tokenExpiresAt: tokenExpiryOf(request),
    requestHeaders: activityLog.joinHeaders(raw.rawHeaders),
    requestBody: notes.sent,
    responseHeaders: sent.headers,
    responseBody: storeBody(sent.payload),
  });
}

/** Returns the target of the request line, before the path was rewritten for the router. */
function targetOf({ originalUrl, url = '/' }: IncomingMessage & { readonly originalUrl?: string }): string {
  return originalUrl ?? url;
}

/** Returns null if a fault drops the connection before the client can read the status. */
function visibleStatus({ injectedFault }: WorldRequest['notes'], status: number): number | null {
  return injectedFault !== null && hidesStatus(injectedFault.action) ? null : status;
}

/** The caller, whom the credential claims, who was granted a token or, if a fault came first, the expected one. */
export function principalOf({ access, answer, notes }: WorldRequest<Route | null>): Principal | null {
  const decision = (answer ?? access)?.decision;
  return (
    decision?.principal ??
    decision?.credential?.claimed ??
    answer?.outcome.principal ??
    access?.caller.principal ??
    notes.expectedPrincipal
  );
}

/** Returns when the token in the response expires; null if there is no token that the client can read. */
function tokenExpiryOf({
  route,
  settings,
  now,
  answer,
  notes: { injectedFault },
}: AnsweredRequest<Route | null>): Instant | null {
  // Only a grant has a principal in its outcome.
  if (answer.outcome.principal === undefined) return null;
  const lifetime = route?.service.tokenLifetime?.(settings);
  if (lifetime === undefined) return null;
  const { drop, body } = injectedFault?.action ?? {};
  const isReadable = drop === undefined && (body === undefined || body === 'slow');
  // The `exp` of a token has whole seconds.
  return isReadable ? Math.floor((now + lifetime) / 1000) * 1000 : null;
}

function explanationOf({ answer, notes, world }: AnsweredRequest<Route | null>): string | null {
  const { decision, problem, outcome } = answer;
  if (notes.injectedFault?.action.answer !== undefined)
    return `The fault ${notes.injectedFault.id} defined this response.`;
  const message = (decision?.effect === 'deny' ? null : (problem ?? outcome.refusal))?.message ?? '';
  return message === '' ? null : hideInLine(redact(message), world.activityLog.secrets);
}

/** Adds the decision and the first hint or fix to the response headers, and reports it to the log, the journal and the counts. */
export function reportAnswer(request: AnsweredRequest, reply: FastifyReply, payload: Payload): void {
  const { server, world, route, answer, notes } = request;
  const { injectedFault } = notes;
  const decision = answer.decision === null ? null : hideDecisionSecrets(answer.decision, world.activityLog.secrets);
  if (injectedFault !== null) reply.header('x-mock-fault', injectedFault.id);
  if (decision !== null) {
    world.activityLog.recordDecision(decision);
    const { principal, operation } = decision;
    if (request.access?.use && principal !== null) {
      const { accessRequest, use } = request.access;
      world.activityLog.uses.record(principal, operation, accessRequest, use.lookedUp, decision.request);
    }
    const see = decision.effect === 'deny' ? seeOf(request, 'decision', decision.id) : null;
    if (server.explain) reply.header('x-mock-decision', createDecisionHeader(decision, see));
  }
  const advice = adviceOf(request, decision);
  const hint = hintHeader(request, advice);
  if (hint !== null) reply.header('x-mock-hint', hint);
  const content = payload instanceof Readable ? undefined : (payload ?? undefined);
  const sent = { headers: sentHeaders(reply), payload: content };
  recordAnswer(request, route.service, decision, advice, sent);
}

/** Only the log has requests of the control API; the journal has none of foreign pages. */
export function recordAnswer(
  request: AnsweredRequest<Route | null>,
  { name, isControlApi }: Partial<Pick<ServiceDefinition, 'name' | 'isControlApi'>>,
  decision: Decision | null,
  advice: string | null,
  sent: SentAnswer,
): void {
  const { problem, outcome } = request.answer;
  const refusal = problem ?? outcome.refusal ?? null;
  const isRecorded = isControlApi !== true && !isOfForeignPage(request.fault);
  const id = isRecorded ? record(request, name ?? null, sent) : null;
  logAnswer(
    request,
    decision,
    refusal,
    id === null ? undefined : () => requestLine(request, decision, refusal, id, advice),
  );
  const status = visibleStatus(request.notes, outcome.status);
  if (name !== undefined && isControlApi !== true && status !== null)
    request.server.counts.add(name, status, reasonOf(decision, refusal));
}

/** Returns where the console shows a request. Its host may be a vendor's, so the server's own URL is used. */
function seeOf(
  { server: { ownUrl }, world }: WorldRequest<Route | null>,
  kind: 'request' | 'decision',
  id: string,
): string | null {
  if (ownUrl === null) return null;
  return consoleUrlOf(world.id === DEFAULT_WORLD ? ownUrl : `${ownUrl}${worldPathOf(world.id)}`, kind, id);
}

export function adviceOf({ hints, route }: WorldRequest<Route | null>, decision: Decision | null): string | null {
  const [hint] = hints.list;
  if (hint !== undefined) return hint.text;
  if (route === null || decision?.effect !== 'deny') return null;
  const [fix] = findFixes(decision, route.ruleset.tables, route.service.decisionHelp?.findFixes);
  return fix?.text ?? null;
}

export function hintHeader(
  { server, world, answer }: AnsweredRequest<Route | null>,
  advice: string | null,
): string | null {
  if (answer.isOfFault || !server.explain || advice === null) return null;
  return createHintHeader(hideInLine(advice, world.activityLog.secrets));
}

function logAnswer(
  request: AnsweredRequest<Route | null>,
  decision: Decision | null,
  refusal: Problem | null,
  row: LogDetails['request'],
): void {
  const { server, world, raw, answer, hints } = request;
  const { log, reasons } = server;
  const { secrets } = world.activityLog;
  const { status } = answer.outcome;
  const [hint] = hints.list;
  if (decision?.effect !== 'deny' && refusal === null && hint === undefined && !log.isDebugging) return;
  const end = `${hint === undefined ? '' : ` Hint: ${hint.text}`}${formatWorldForLog(world.id)}`;
  const details = { decision: decision?.id, request: row };
  if (decision?.effect === 'deny') {
    const { method, path } = decision.request;
    log.info(`${status} ${method} ${path} - ${explain(decision, reasons)} [decision ${decision.id}]${end}`, details);
    return;
  }
  // Hide secrets before shortening: a truncated secret would not be recognized.
  const path = hideInLine(pathOf(raw.url), secrets);
  if (refusal !== null) {
    const text = hideInLine(refusal.message, secrets);
    const line = `${status} ${raw.method} ${showPath(path)} - ${text}${end}`;
    if (refusal.isStorageProblem) log.warn(text);
    if (refusal.kind === 'internal') log.error(line, refusal.cause);
    else log.info(line, { request: row });
  } else if (hint !== undefined) log.info(`${status} ${raw.method} ${path}${end}`, details);
  else log.debug(`${status} ${raw.method} ${path}${end}`, details);
}

function reasonOf(decision: Decision | null, refusal: Problem | null): string | null {
  return decision?.effect === 'deny' ? decision.reason : (refusal?.kind ?? null);
}

function requestLine(
  request: AnsweredRequest<Route | null>,
  decision: Decision | null,
  refusal: Problem | null,
  id: string,
  advice: string | null,
): RequestLine {
  const { server, world, raw, notes } = request;
  const { secrets } = world.activityLog;
  const explanation = decision?.effect === 'deny' ? explain(decision, server.reasons) : (refusal?.message ?? null);
  const text = advice ?? explanation;
  return {
    world: world.id,
    // The route's method would be GET for HEAD.
    method: raw.method ?? request.method,
    path: hideInLine(pathOf(raw.url), secrets),
    status: visibleStatus(notes, request.answer.outcome.status),
    caller: principalOf(request)?.name ?? null,
    reason: reasonOf(decision, refusal),
    fault: notes.injectedFault?.id ?? null,
    advice: text === null ? null : hideInLine(text, secrets),
    see: explanation === null ? null : seeOf(request, 'request', id),
  };
}
