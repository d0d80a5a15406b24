import type { ServiceDefinition } from '../contract/service.ts';
import type { Decision } from '../decisions/decision.ts';
import { findHints } from '../decisions/explaining/hints/index.ts';
import {
  claimOf,
  type Hint,
  linesOf,
  type OtherVersions,
  parseCredential,
  type RefusedRequest,
  type ServedPath,
} from '../decisions/explaining/hints/refused-request.ts';
import { findEarlyRenewal } from '../decisions/explaining/hints/tokens.ts';
import type { Principal } from '../decisions/principal.ts';
import type { Problem } from '../decisions/problem.ts';
import { isRecord } from '../lib/members.ts';
import type { WorldRequest } from './request.ts';
import { findOtherVersion } from './routes.ts';
import type { Route } from './server.ts';
import { principalOf } from './steps/record.ts';
import { pathOf } from './transport/arrival.ts';

export interface Alternatives {
  listServed(): readonly ServedPath[];
  readonly otherVersions: OtherVersions | null;
}

export function hintsOfRefusal(request: WorldRequest, problem: Problem, decision: Decision | null): readonly Hint[] {
  const { body, received, sent } = request.notes;
  const { service, operation } = request.route;
  if (service.isControlApi === true) return [];
  const facts = collectFacts(request);
  const members = body ?? received?.value;
  const refused = Object.assign(facts, {
    service: service.name,
    serviceTitle: service.title,
    operation: operation.id,
    bodyForm: operation.body === 'none' ? null : operation.bodyForm,
    text: sent.bytes?.toString('latin1') ?? null,
    fields: isRecord(members) && !Array.isArray(members) && !Buffer.isBuffer(members) ? members : {},
    problem,
    decision,
    refusalCount: countRepeats(request, facts, problem),
    servedPaths: [],
    // The path may be that of an operation of another version, not of an object.
    otherVersions:
      decision?.reason === 'no_such_object'
        ? findOtherVersion(request.route.document.otherVersions, facts.method, facts.path)
        : null,
  });
  return findHints(service.decisionHelp?.hints ?? [], refused);
}

export function hintsOfUnrouted(
  request: WorldRequest<null>,
  service: Partial<Pick<ServiceDefinition, 'name' | 'title' | 'decisionHelp'>>,
  problem: Problem,
  { listServed, otherVersions }: Alternatives,
): readonly Hint[] {
  const refused = Object.assign(collectFacts(request), {
    service: service.name ?? null,
    serviceTitle: service.title ?? null,
    operation: null,
    bodyForm: null,
    text: null,
    fields: {},
    problem,
    decision: null,
    refusalCount: 0,
    servedPaths: problem.kind === 'unknown_path' || problem.kind === 'method_not_allowed' ? listServed() : [],
    otherVersions,
  });
  return findHints(service.decisionHelp?.hints ?? [], refused);
}

export function hintsOfGrant(
  { route, world, settings, now }: WorldRequest,
  { clientId = '', id }: Principal,
): readonly Hint[] {
  const lifetime = route.service.tokenLifetime?.(settings);
  if (lifetime === undefined) return [];
  const count = world.tokenUsage.countGrant(holderName(clientId, id), now, lifetime);
  const hint = findEarlyRenewal(count, lifetime);
  return hint === null ? [] : [hint];
}

/** Forgets the earlier tokens of a client hit by a fault, which has reason to request another. */
export function allowRenewal(request: WorldRequest): void {
  const principal = principalOf(request);
  if (principal !== null) request.world.tokenUsage.forgetGrants(holderName(principal.clientId ?? '', principal.id));
}

export function withHints(decision: Decision | null, hints: readonly Hint[]): Decision | null {
  return decision === null || hints.length === 0 ? decision : { ...decision, hints: hints.map(({ text }) => text) };
}

/** A refusal adds its facts with `Object.assign`: a literal with a spread takes V8 17 microseconds, a tenth of it. */
function collectFacts({ raw, world, settings, origin, method, now }: WorldRequest<Route | null>) {
  const headers = linesByName(raw.rawHeaders);
  const [line, second] = linesOf({ headers }, 'authorization');
  const credential = line === undefined || second !== undefined ? null : parseCredential(line);
  const { id, grantMark, tokenUsage } = world;
  const { resetAt, clockBeforeReset } = tokenUsage;
  const path = pathOf(raw.url);
  // Read from the URL because validation has removed the parameters that the operation does not read.
  const query = Object.fromEntries(new URLSearchParams(raw.url?.slice(path.length + 1)));
  const worldFacts = { id, grantMark, resetAt, clockBeforeReset };
  return { method, path, query, headers, credential, settings, origin, now, world: worldFacts };
}

function linesByName(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const values = lines.get(name.toLowerCase());
    if (values === undefined) lines.set(name.toLowerCase(), [value]);
    else values.push(value);
  }
  return lines;
}

/** Counts refusals of this token as expired. After another refusal, its holder may renew without a hint. */
function countRepeats(
  { world: { tokenUsage }, now }: WorldRequest,
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

function holderName(clientId: string, id: string): string {
  return `${clientId} ${id}`;
}
