import type { ServiceDefinition } from '../contract/service.ts';
import type { Decision } from '../decisions/decision.ts';
import type { Principal } from '../decisions/principal.ts';
import type { Problem } from '../decisions/problem.ts';
import { findHints } from '../explaining/hints/index.ts';
import {
  claimOf,
  type Hint,
  linesOf,
  parseCredential,
  type RefusedRequest,
  type SentCredential,
  type ServedPath,
} from '../explaining/hints/refused-request.ts';
import { findEarlyRenewal } from '../explaining/hints/tokens.ts';
import type { OtherVersions } from '../explaining/other-versions.ts';
import { isRecord } from '../objects/members.ts';
import type { Outcome } from '../responses/outcome.ts';
import type { RequestInWorld } from './request.ts';
import type { Route, Server } from './server.ts';
import { principalOf } from './steps/record.ts';
import { pathOf } from './transport/arrival.ts';

/** Alternatives to an unknown path or method. */
export interface Alternatives {
  listServed(): readonly ServedPath[];
  /** The operation in other versions, if the running version lacks it. */
  readonly otherVersions: OtherVersions | null;
}

/** Returns hints about likely mistakes in a request that an operation refused. */
export function hintsOfRefusal(request: RequestInWorld, problem: Problem, decision: Decision | null): readonly Hint[] {
  const { body, received, sent } = request;
  const { service, operation } = request.route;
  if (service.isControlApi === true) return [];
  const facts = collectFacts(request);
  const refused = createRefusedRequest(facts, {
    service: service.name,
    serviceTitle: service.title,
    operation: operation.id,
    bodyForm: operation.body === 'none' ? null : operation.bodyForm,
    text: sent.text,
    fields: readMembers(body ?? received?.value),
    problem,
    decision,
    refusalCount: countRepeats(request, facts, problem),
    servedPaths: [],
    otherVersions: null,
  });
  return findHints(service.decisionHelp?.hints ?? [], refused);
}

/** Returns hints about likely mistakes in a request that matched no operation. */
export function hintsOfUnrouted(
  request: RequestInWorld<null>,
  service: Partial<Pick<ServiceDefinition, 'name' | 'title' | 'decisionHelp'>>,
  problem: Problem,
  { listServed: served, otherVersions }: Alternatives,
): readonly Hint[] {
  const refused = createRefusedRequest(collectFacts(request), {
    service: service.name ?? null,
    serviceTitle: service.title ?? null,
    operation: null,
    bodyForm: null,
    text: null,
    fields: {},
    problem,
    decision: null,
    refusalCount: 0,
    servedPaths: problem.kind === 'unknown_path' || problem.kind === 'method_not_allowed' ? served() : [],
    otherVersions,
  });
  return findHints(service.decisionHelp?.hints ?? [], refused);
}

/** Returns hints about likely mistakes of a client that was granted a token. */
export function hintsOfGrant(
  { route, world, settings, now }: RequestInWorld,
  { clientId = '', id }: Principal,
): readonly Hint[] {
  const lifetime = route.service.tokens?.lifetime?.(settings);
  if (lifetime === undefined) return [];
  const count = world.tokenUsage.countGrant(holderName(clientId, id), now, lifetime);
  const hint = findEarlyRenewal(count, lifetime);
  return hint === null ? [] : [hint];
}

/** Forgets the earlier tokens of a client hit by a fault, which has reason to request another. */
export function allowRenewal(request: RequestInWorld): void {
  const principal = principalOf(request);
  if (principal !== null) request.world.tokenUsage.forgetGrants(holderName(principal.clientId ?? '', principal.id));
}

export function withHints(decision: Decision | null, hints: readonly Hint[]): Decision | null {
  return decision === null || hints.length === 0 ? decision : { ...decision, hints: hints.map(({ text }) => text) };
}

/** Sends the best hint in a header, so that the response alone explains the refusal. */
export function withHintHeader(
  outcome: Outcome,
  [hint]: readonly Hint[],
  { explain }: Pick<Server, 'explain'>,
): Outcome {
  if (hint === undefined || !explain) return outcome;
  return { ...outcome, headers: { ...outcome.headers, 'x-mock-hint': hint.text } };
}

type KnownFacts = ReturnType<typeof collectFacts>;

/** `Object.assign` because V8 takes 17 microseconds for a literal with this spread, a tenth of a refusal. */
function createRefusedRequest(facts: KnownFacts, more: Omit<RefusedRequest, keyof KnownFacts>): RefusedRequest {
  return Object.assign(facts, more);
}

/** Collects the facts known about every request, answered or refused. */
function collectFacts({ raw, world, settings, origin, method, now }: RequestInWorld<Route | null>) {
  const headers = linesByName(raw.rawHeaders);
  const credential = readCredential({ headers });
  const { id, grantMark, tokenUsage } = world;
  const { resetAt, clockBeforeReset } = tokenUsage;
  const path = pathOf(raw.url);
  // Read from the URL because validation has removed the parameters that the operation does not read.
  const query = Object.fromEntries(new URLSearchParams(raw.url?.slice(path.length + 1)));
  const ofWorld = { id, grantMark, resetAt, clockBeforeReset };
  return { method, path, query, headers, credential, settings, origin, now, world: ofWorld };
}

/** @param raw alternating names and values, as in Node's `rawHeaders` */
function linesByName(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    const before = lines.get(name.toLowerCase());
    if (before === undefined) lines.set(name.toLowerCase(), [value]);
    else before.push(value);
  }
  return lines;
}

function readCredential(refused: Pick<RefusedRequest, 'headers'>): SentCredential | null {
  const [line, second] = linesOf(refused, 'authorization');
  return line === undefined || second !== undefined ? null : parseCredential(line);
}

function readMembers(body: unknown): RefusedRequest['fields'] {
  return isRecord(body) && !Array.isArray(body) && !Buffer.isBuffer(body) ? body : {};
}

/** Counts how often this token was refused as expired. After any other refusal, the holder may request a new token. */
function countRepeats(
  { world: { tokenUsage }, now }: RequestInWorld,
  { credential }: Pick<RefusedRequest, 'credential'>,
  { kind, reason }: Problem,
): number {
  if (kind !== 'unauthenticated') return 0;
  const claim = (name: string) => claimOf({ credential }, name);
  const holder = holderName(claim('azp'), claim('sub'));
  if (reason === 'expired_token') {
    const token = claim('jti') || `${holder} ${String(credential?.claims?.['iat'])}`;
    return tokenUsage.countRefusal(token, holder, now);
  }
  tokenUsage.forgetGrants(holder);
  return 0;
}

/** Identifies a token's holder by client and principal. */
function holderName(clientId: string, id: string): string {
  return `${clientId} ${id}`;
}
