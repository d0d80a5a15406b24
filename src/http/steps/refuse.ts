import type { IncomingMessage } from 'node:http';
import { basisOfReason, type Decision, decisionOfProblem } from '../../decisions/decision.ts';
import { describeDeletion, Problem, type ProblemKind } from '../../decisions/problem.ts';
import type { DenyReason } from '../../decisions/reasons.ts';
import { renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { MAX_BODY_LENGTH, NO_BODY, type StoredBody, storeBody } from '../../journal/entry.ts';
import { readStopwatch } from '../../lib/clock.ts';
import { clearTimeout, setTimeout } from '../../lib/time.ts';
import { DEFAULT_WORLD } from '../../lib/world-id.ts';
import { UnknownOutcome } from '../../store/errors.ts';
import type { PresentedCredential } from '../../tokens/presented-credential.ts';
import { hasBody, readAnnouncedLength } from '../bodies.ts';
import { hintsOfRefusal, withHints } from '../hints.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import { problemWithoutSecrets, toProblem } from '../problem.ts';
import type { AnsweredRequest, WorldRequest } from '../request.ts';
import { waitsForContinue } from '../transport/arrival.ts';
import { createDecisionFacts, withOtherCredential } from './decide.ts';
import { reportCredentialsInBody } from './validate-request.ts';

const MALFORMED: ReadonlySet<ProblemKind> = new Set([
  'invalid_request',
  'timeout',
  'too_large',
  'unsupported_media_type',
]);

export async function refuse(request: WorldRequest, thrown: unknown): Promise<AnsweredRequest> {
  const { world, route, store, hints, answer } = request;
  const problem = problemWithoutSecrets(toProblem(thrown, store), world.activityLog.secrets);
  const decision = await decisionOfRefusal(request, problem, thrown);
  hints.addMistakes(hintsOfRefusal(request, problem, decision));
  const outcome = problem.isMockProblem
    ? renderProblemDetails(problem)
    : route.errorRenderer.renderProblem(problem, request.createRefusalContext(decision));
  // An operation may be executed, and its response refused.
  const isExecuted = answer?.isExecuted === true;
  return request.answerWith({ outcome, problem, decision: withHints(decision, hints.list), isExecuted });
}

async function decisionOfRefusal(request: WorldRequest, problem: Problem, thrown: unknown): Promise<Decision | null> {
  const { route, access, answer } = request;
  const { kind, reason } = problem;
  const decision = (answer ?? access)?.decision ?? null;
  if (thrown instanceof UnknownOutcome) return overturn(request, decision, 'outcome_unknown');
  const isForeign = reason === 'foreign_credential' && route.service.isControlApi !== true;
  // The operation's rule does not look up the owner of the object.
  if (isForeign || reason === 'not_owner' || reason === 'other_organization')
    return overturn(request, decision, reason);
  if (MALFORMED.has(kind)) return null;
  return decision ?? decisionOfCredential(request, problem);
}

async function decisionOfCredential(request: WorldRequest, problem: Problem): Promise<Decision | null> {
  const problemWithWorld = await withOwnerWorld(request, problem);
  const problemWithTime = problemWithWorld === problem ? withDeletionTime(request, problem) : null;
  const explained = problemWithTime ?? problemWithWorld;
  const refusal = decisionOfProblem(createDecisionFacts(request), explained, request.server.reasons);
  // A deleted credential was the intended one, so do not suggest another.
  return refusal === null || problemWithTime !== null ? refusal : withOtherCredential(request, refusal);
}

/** Turns an allow decision into a denial: the caller had the right, but the request was refused for another reason. */
function overturn(request: WorldRequest, allowed: Decision | null, reason: DenyReason): Decision {
  const { basis: _, ...facts }: Omit<Decision, 'effect' | 'reason'> = allowed ?? {
    ...createDecisionFacts(request),
    principal: null,
    rule: null,
  };
  return { ...facts, effect: 'deny', reason, ...basisOfReason(reason, request.server.reasons) };
}

/** Adds the world that the unknown credential belongs to, for the decision. The message to the client stays. */
async function withOwnerWorld(request: WorldRequest, problem: Problem): Promise<Problem> {
  const { server, world } = request;
  const { kind, message, reason, why, claimed } = problem;
  const owner = problem.ofWorld ?? (await findOtherOwner(request, problem));
  if (owner === undefined || owner === world.id) return problem;
  const exists = server.worlds.has(owner);
  const ownership = exists ? `it belongs to the world \`${owner}\`` : `the world \`${owner}\` no longer exists`;
  return new Problem(kind, message, {
    reason: exists ? 'other_world' : 'world_gone',
    why: [ownership, why].filter(Boolean).join('; '),
    claimed: reason === undefined ? undefined : claimed,
    ofWorld: owner,
  });
}

function withDeletionTime(request: WorldRequest, problem: Problem): Problem | null {
  const { kind, message, reason } = problem;
  const [at] = unknownCredentialsOf(request, reason).flatMap((credential) => {
    if (credential.kind !== 'key' && credential.kind !== 'client') return [];
    return (
      request.world.deleted.findDeletionTime(credential.kind === 'key' ? credential.hash() : credential.clientId) ?? []
    );
  });
  if (at === undefined || reason === undefined) return null;
  return new Problem(kind, message, { reason, why: describeDeletion(at) });
}

function unknownCredentialsOf(request: WorldRequest, reason: Problem['reason']): readonly PresentedCredential[] {
  const { server, route } = request;
  const kind = reason === undefined ? undefined : server.reasons[reason]?.unknown;
  if (kind === undefined) return [];
  return findPresentedCredentials(server.extractors, route, request).filter((credential) => credential.kind === kind);
}

async function findOtherOwner(request: WorldRequest, { reason }: Problem): Promise<string | undefined> {
  const { worlds } = request.server;
  if (worlds.hasOneWorld) return undefined;
  const unknown = unknownCredentialsOf(request, reason);
  const [owner] = unknown.flatMap((credential) => worlds.ownersOf(credential));
  if (owner !== undefined || request.world.id === DEFAULT_WORLD) return owner;
  for (const credential of unknown) if (await worlds.isOfDefault(credential)) return DEFAULT_WORLD;
  return undefined;
}

/** Maximum time between arrival and refusal, in milliseconds. */
const MAX_REFUSAL_DELAY_MS = 1000;

/** Receives the body for the journal alone: the client sent it, so its tests look for it there. */
export async function keepRefusedBody(request: WorldRequest): Promise<void> {
  const { server, route, raw, startedAt } = request;
  if (!route.readsBody) return;
  const sent = await receiveBeginning(
    raw,
    server.limits.bodyBytes,
    MAX_REFUSAL_DELAY_MS - (readStopwatch() - startedAt),
  );
  request.notes.sent = sent;
  reportCredentialsInBody(request, sent.bytes?.toString('latin1') ?? '');
}

/** Receives as much of a body as the journal keeps. Stops after `maxBytes` and `timeoutMs`. */
async function receiveBeginning(raw: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<StoredBody> {
  if (!hasBody(raw)) return storeBody(Buffer.alloc(0));
  if (waitsForContinue(raw)) return { ...NO_BODY, isNotSent: true };
  const chunks: Buffer[] = [];
  let size = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    // The stream keeps flowing afterwards, or a client that is still sending would never read its response.
    const stop = (isEnd: boolean) => {
      clearTimeout(timer);
      raw.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(isEnd);
    };
    const onData = (chunk: Buffer) => {
      if (size < MAX_BODY_LENGTH) chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) stop(false);
    };
    const onEnd = () => stop(true);
    const onClose = () => stop(false);
    const timer = setTimeout(onClose, Math.max(0, timeoutMs));
    raw.on('data', onData).on('end', onEnd).on('close', onClose);
    if (raw.destroyed) onClose();
  });
  const bytes = Buffer.concat(chunks, Math.min(size, MAX_BODY_LENGTH));
  return { bytes, size: readAnnouncedLength(raw) ?? size, isCut: !isWhole || bytes.length < size };
}
