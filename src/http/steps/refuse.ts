import type { IncomingMessage } from 'node:http';
import { DEFAULT_WORLD } from '../../addresses/world-id.ts';
import type { PresentedCredential } from '../../credentials/presented-credential.ts';
import { basisOfReason, type Decision, decisionOfProblem } from '../../decisions/decision.ts';
import {
  describeDeletion,
  isMockProblem,
  isStorageProblem,
  Problem,
  type ProblemKind,
} from '../../decisions/problem.ts';
import type { DenyReason } from '../../decisions/reasons.ts';
import { describeOtherVersions } from '../../explaining/other-versions.ts';
import { MAX_BODY_LENGTH, NO_BODY, type StoredBody, storeBytes } from '../../journal/entry.ts';
import { clearTimeout, setTimeout } from '../../platform/time.ts';
import { renderProblemDetails } from '../../responses/problem-details.ts';
import { UnknownOutcome } from '../../store/errors.ts';
import { readStopwatch } from '../../time/clock.ts';
import { hasBody, readAnnouncedLength } from '../bodies.ts';
import { hintsOfRefusal, withHintHeader, withHints } from '../hints.ts';
import { problemWithoutSecrets, toProblem } from '../problem.ts';
import type { RequestInWorld } from '../request.ts';
import { findOtherVersion } from '../routes.ts';
import { pathOf } from '../transport/arrival.ts';
import { waitsForContinue } from '../transport/expectations.ts';
import { createDecisionFacts, withOtherCredential } from './decide.ts';
import { findPresentedCredentials } from './select-world.ts';
import { reportCredentialsInBody } from './validate-request.ts';

/** Problems without a decision, because the request could not be read. */
const MALFORMED: ReadonlySet<ProblemKind> = new Set([
  'invalid_request',
  'timeout',
  'too_large',
  'unsupported_media_type',
]);

/** Renders a thrown value in the vendor's format, and records a refused credential as a decision. */
export async function refuse(request: RequestInWorld, thrown: unknown): Promise<void> {
  const { server, world, route, store, findings, decision } = request;
  const problem = problemWithoutSecrets(toProblem(thrown, store), world.activityLog.secrets);
  request.problem = problem;
  if (isStorageProblem(problem)) findings.report('storage', problem.message, request.now);
  request.decision = MALFORMED.has(problem.kind) ? null : (decision ?? (await decisionOfCredential(request, problem)));
  if (thrown instanceof UnknownOutcome) request.decision = overturn(request, decision, 'outcome_unknown');
  const isAboutCaller = problem.reason === 'foreign_credential' && route.service.isControlApi !== true;
  // The operation's rule does not look up the owner of the object.
  const isAboutOwner = problem.reason === 'not_owner' || problem.reason === 'other_organization';
  if (isAboutCaller || isAboutOwner) request.decision = overturn(request, decision, problem.reason);
  if (request.decision?.reason === 'no_such_object') reportOtherVersion(request);
  request.hints = hintsOfRefusal(request, problem, request.decision);
  const outcome = isMockProblem(problem)
    ? renderProblemDetails(problem)
    : route.errorRenderer.renderProblem(problem, request.createRefusalContext());
  request.outcome = withHintHeader(outcome, request.hints, server);
  request.decision = withHints(request.decision, request.hints);
}

/** Returns the decision about a refused credential; null for other problems. */
async function decisionOfCredential(request: RequestInWorld, problem: Problem): Promise<Decision | null> {
  const located = await withOwnerWorld(request, problem);
  const deleted = located === problem ? withDeletionTime(request, problem) : null;
  const refusal = decisionOfProblem(createDecisionFacts(request), deleted ?? located, request.server.reasons);
  // A deleted credential was the intended one, so do not suggest another.
  return refusal === null || deleted !== null ? refusal : withOtherCredential(request, refusal);
}

/** Turns an allow decision into a denial: the caller had the right, but the request was refused for another reason. */
function overturn(request: RequestInWorld, allowed: Decision | null, reason: DenyReason): Decision {
  const {
    enforced: _,
    basis: __,
    ...facts
  }: Omit<Decision, 'effect' | 'reason'> = allowed ?? {
    ...createDecisionFacts(request),
    principal: null,
    rule: null,
  };
  return { ...facts, effect: 'deny', reason, ...basisOfReason(reason, request.server.reasons) };
}

/** Adds to the decision the world that the unknown credential belongs to. The vendor's message stays. */
async function withOwnerWorld(request: RequestInWorld, problem: Problem): Promise<Problem> {
  const { server, world } = request;
  const { kind, message, reason, why, claimed } = problem;
  const owner = problem.ofWorld ?? (await ownerElsewhere(request, problem));
  if (owner === undefined || owner === world.id) return problem;
  const isThere = server.worlds.has(owner);
  const where = isThere ? `it belongs to the world \`${owner}\`` : `the world \`${owner}\` no longer exists`;
  return new Problem(kind, message, {
    reason: isThere ? 'other_world' : 'world_gone',
    why: [where, why].filter(Boolean).join('; '),
    ...(reason !== undefined && claimed !== undefined && { claimed }),
    ofWorld: owner,
  });
}

/** Adds to the decision when the unknown credential was deleted. Null if that is not known. */
function withDeletionTime(request: RequestInWorld, problem: Problem): Problem | null {
  const { kind, message, reason } = problem;
  const unknown = unknownOf(request, reason);
  const [at] = unknown.flatMap((one) => {
    if (one.kind !== 'key' && one.kind !== 'client') return [];
    return request.world.deleted.findDeletionTime(one.kind === 'key' ? one.hash() : one.clientId) ?? [];
  });
  if (at === undefined || reason === undefined) return null;
  return new Problem(kind, message, { reason, why: describeDeletion(at) });
}

/** Returns the request's credentials of the kind that the refusal calls unknown. */
function unknownOf(request: RequestInWorld, reason: Problem['reason']): readonly PresentedCredential[] {
  const { server, route } = request;
  const kind = reason === undefined ? undefined : server.reasons[reason]?.unknown;
  if (kind === undefined) return [];
  return findPresentedCredentials(server.extractors, route, request).filter((one) => one.kind === kind);
}

async function ownerElsewhere(request: RequestInWorld, { reason }: Problem): Promise<string | undefined> {
  const { worlds } = request.server;
  if (worlds.isAlone) return undefined;
  const unknown = unknownOf(request, reason);
  const [owner] = unknown.flatMap((one) => worlds.ownersOf(one));
  if (owner !== undefined || request.world.id === DEFAULT_WORLD) return owner;
  for (const one of unknown) if (await worlds.isOfDefault(one)) return DEFAULT_WORLD;
  return undefined;
}

/** Reports a path that looks like an object's but may be an operation of another version. */
function reportOtherVersion({ route, raw, method, findings, now }: RequestInWorld): void {
  const path = pathOf(raw.url);
  const other = findOtherVersion(route.document.otherVersions, method, path);
  if (other !== null) findings.report('other_version', describeOtherVersions(method, path, other), now);
}

/** Maximum time between arrival and refusal, in milliseconds. */
const MAX_REFUSAL_DELAY_MS = 1000;

/**
 * Receives the body of a request that is refused before its body is read. Only the journal needs it: the client sent
 * it, so its tests look for it there.
 */
export async function keepRefusedBody(request: RequestInWorld): Promise<void> {
  const { server, route, raw, startedAt } = request;
  if (!route.readsBody) return;
  request.sent = await receiveBeginning(
    raw,
    server.limits.bodyBytes,
    MAX_REFUSAL_DELAY_MS - (readStopwatch() - startedAt),
  );
  reportCredentialsInBody(request, request.sent.text ?? '');
}

/**
 * Returns the part of a body that arrives in time.
 *
 * @param max bytes
 * @param patience milliseconds
 */
async function receiveBeginning(raw: IncomingMessage, max: number, patience: number): Promise<StoredBody> {
  if (!hasBody(raw)) return storeBytes('');
  if (waitsForContinue(raw)) return { ...NO_BODY, isNotSent: true };
  let text = '';
  let size = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    // The stream keeps flowing afterwards, or a client that is still sending would never read its response.
    const stop = (isEnd: boolean) => {
      clearTimeout(timer);
      raw.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(isEnd);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (text.length < MAX_BODY_LENGTH) text += chunk.toString('latin1', 0, MAX_BODY_LENGTH - text.length);
      if (size > max) stop(false);
    };
    const onEnd = () => stop(true);
    const onClose = () => stop(false);
    const timer = setTimeout(onClose, Math.max(0, patience));
    raw.on('data', onData).on('end', onEnd).on('close', onClose);
    if (raw.destroyed) onClose();
  });
  return { text, form: 'bytes', size: readAnnouncedLength(raw) ?? size, isCut: !isWhole || text.length < size };
}
