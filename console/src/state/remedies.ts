import type { Decision, Fix, RecordedRequest } from '../control-api/client.ts';
import { type Call, FINGERPRINT, toCall } from './call.ts';
import { type Sender, senderOf, sentBearer } from './caller.ts';
import { type Identity, isUsable } from './identities.ts';
import type { ListedOperation } from './operations.ts';
import { matchesTemplate } from './request-filters.ts';

export type FixRequest = NonNullable<Fix['request']>;

/** A right or binding that a fix adds or removes. */
export interface DiffLine {
  readonly sign: '+' | '−';
  readonly kind: string;
  readonly name: string;
}

/** What happens before the request is sent again. */
export type Change =
  | { readonly kind: 'send'; readonly request: FixRequest }
  | { readonly kind: 'move' | 'wait'; readonly to: string }
  | { readonly kind: 'none' };

/** A way to make a refused request succeed. */
export interface Remedy {
  readonly text: string;
  /** Where the change is made, in the mock and for a real credential; absent if nothing changes. */
  readonly where?: string;
  readonly lines: readonly DiffLine[];
  /** Label of its button, such as `Fix and send again`. */
  readonly label: string;
  readonly change: Change;
  /** The sender of the request. Default: the original caller. */
  readonly sender?: Sender;
  /** The members of the request that differ from those of the original. */
  readonly call?: Partial<Pick<Call, 'method' | 'target' | 'body'>>;
}

export interface Refusal {
  readonly request: RecordedRequest;
  readonly decision: Decision;
  readonly identities: readonly Identity[];
}

/** The recommended remedy first, and the fixes that the page cannot make. */
export interface Remedies {
  readonly remedies: readonly Remedy[];
  readonly adviceOnly: readonly Fix[];
}

/** Returns the identities to work with, those with the fewest scopes first: none that is kept to be refused, one for the same rights. */
function listDistinct(identities: readonly Identity[]): readonly Identity[] {
  const rightsOf = ({ kind, services, rights, binding, key }: Identity) =>
    JSON.stringify([kind, services, rights, binding, key?.org]);
  return identities
    .filter(isUsable)
    .toSorted((left, right) => Math.sign(countScopes(left) - countScopes(right)) || 0)
    .filter((one, index, sorted) => sorted.findIndex((other) => rightsOf(other) === rightsOf(one)) === index);
}

/**
 * Returns the identities that may be able to send a refused request: those of the roles that a fix names or, for a refused
 * credential, all of the service.
 */
export function listCandidates(refusal: Refusal): readonly Identity[] {
  const { decision, identities } = refusal;
  const { principal, claimed, fixes, service, reason } = decision;
  if (principal !== null) {
    const roles = fixes.find((fix) => fix.kind === 'identity' && fix.request === undefined)?.roles ?? [];
    const users = listDistinct(identities.filter(({ key }) => key === undefined));
    return roles.flatMap((role) => users.filter(({ rights }) => rights === role));
  }
  if (!isAboutBearer(refusal) || reason === 'wrong_secret') return [];
  // A disabled identity gets no token.
  if (identities.some(({ id, key }) => id === claimed?.id && (key !== undefined || reason !== 'disabled'))) return [];
  return listDistinct(identities.filter(({ services }) => services.includes(service)));
}

/** Returns whether a refusal without a caller is about the bearer credential, not about the body or another credential. */
function isAboutBearer({ request, decision: { fixes } }: Refusal): boolean {
  const hasFix = (expected: Fix['kind']) => fixes.some(({ kind }) => kind === expected);
  return hasFix('authenticate') || (sentBearer(request.request) && !hasFix('object'));
}

/** Returns the number of scopes of a service key, infinity for a personal key, and 0 for other identities. */
function countScopes({ key }: Identity): number {
  if (key === undefined) return 0;
  return key.policy?.scopes.length ?? Number.POSITIVE_INFINITY;
}

/**
 * Returns the remedies for a refusal.
 *
 * @param allowed the candidates that may send the request
 * @param canWait whether time passes in the world
 */
export function listRemedies(refusal: Refusal, allowed: readonly Identity[], canWait: boolean): Remedies {
  const { decision } = refusal;
  const fixes = decision.fixes.filter(({ kind }) => kind !== 'hint');
  const made = fixes.map((fix) => [fix, listFixRemedies(fix, decision, canWait)] as const);
  const remedies = made.flatMap(([, all]) => all);
  const adviceOnly = made.flatMap(([fix, all]) => (all.length === 0 ? [fix] : []));
  if (decision.principal === null) {
    const others = listCredentialRemedies(refusal, allowed);
    return { remedies: [...remedies, ...others], adviceOnly: others.length > 0 ? [] : adviceOnly };
  }
  const [identity] = allowed;
  if (identity === undefined) return { remedies, adviceOnly };
  const { kind, name, rights } = identity;
  const other = resendAs(identity, `Send it as ${kind} \`${name}\`, which has the role \`${rights}\``);
  return { remedies: [...remedies, other], adviceOnly };
}

/** A request to send in place of one whose path no operation has. */
export type Nearest = Pick<FixRequest, 'method' | 'path'>;

/** Returns the nearest request to a path that no operation has; null if it is unknown, or has parameters to fill in. */
export function findNearest({ operation, status, hints }: RecordedRequest): Nearest | null {
  const { request } = hints.find((hint) => hint.request !== undefined) ?? {};
  return operation === null && status === 404 && request !== undefined && !request.path.includes('{') ? request : null;
}

/** Returns the identities that may be able to send the nearest request: those of the service with its operation. */
export function listNearestCandidates(
  { method, path }: Nearest,
  identities: readonly Identity[],
  operations: readonly ListedOperation[],
): readonly Identity[] {
  const isNearest = ({ request }: ListedOperation) => request?.method === method && matchesTemplate(path, request.path);
  const { service } = operations.find(isNearest) ?? {};
  return listDistinct(identities.filter(({ services }) => services.some((name) => name === service)));
}

/**
 * Returns the remedies for a path that no operation has: the nearest request, as its caller or, if that is unknown, as
 * others.
 *
 * @param allowed the candidates that may send it
 */
export function listPathRemedies(
  { method, path }: Nearest,
  caller: Sender,
  allowed: readonly Identity[],
): readonly Remedy[] {
  const call = { method, target: path };
  const more = { lines: [], change: { kind: 'none' }, call } as const;
  if (caller.kind !== 'unknown')
    return [{ text: `Send \`${method} ${path}\``, label: `Send ${method} ${path}`, ...more }];
  return allowed.map((identity) => ({
    text: `Send \`${method} ${path}\` as ${identity.kind} \`${identity.name}\``,
    label: `Send as ${identity.name}`,
    sender: senderOf(identity),
    ...more,
  }));
}

const CONTROL_API = '/_mock/';

/** Returns the remedies that make a fix; none if it has no request, or if the page does not know who may send it. */
function listFixRemedies(fix: Fix, decision: Decision, canWait: boolean): readonly Remedy[] {
  const { kind, request, text } = fix;
  if (request === undefined || (request.as === undefined && !request.path.startsWith(CONTROL_API))) return [];
  const change: Change = { kind: 'send', request };
  const { pending } = decision;
  if (kind !== 'propagation' || pending === undefined) {
    return [{ text, where: whereIs(request), lines: diffFix(fix, decision), label: 'Fix and send again', change }];
  }
  const { version, effectiveAt: to } = pending;
  const lines: readonly DiffLine[] = [];
  const where = 'in this mock; the real service applies it after its delay';
  return [
    { text: `Apply version ${version} now`, where, lines, label: 'Apply and send again', change },
    {
      text: `Move the clock to ${to}, when version ${version} takes effect`,
      lines,
      label: 'Move the clock and send again',
      change: { kind: 'move', to },
    },
    // A frozen clock would never reach the time.
    ...(canWait
      ? [{ text: `Wait until ${to}`, lines, label: 'Wait and send again', change: { kind: 'wait', to } } as const]
      : []),
  ];
}

function whereIs({ path, as }: FixRequest): string {
  if (as !== undefined) return `by this call as ${as.principal}, here and at the real service`;
  if (path.startsWith('/_mock/keys/')) return 'in this mock; with a real key, on NGC’s page of the key';
  return 'in this mock';
}

/** Returns the remedies for a refused credential: make it valid again, get a new one, or use a different identity. */
function listCredentialRemedies(refusal: Refusal, allowed: readonly Identity[]): readonly Remedy[] {
  const { request, decision, identities } = refusal;
  const { claimed, reason } = decision;
  const owner = identities.find(({ id }) => id === claimed?.id);
  if (reason === 'wrong_secret') return listSecretRemedies(request, owner);
  if (!isAboutBearer(refusal)) return [];
  if (owner?.key !== undefined) return listReactivationRemedies(owner, reason);
  if (owner !== undefined && reason !== 'disabled') {
    return [resendAs(owner, `Get a fresh token for ${owner.kind} \`${owner.name}\``, 'Send again with a fresh token')];
  }
  return allowed.map((identity) => resendAs(identity, `Send it as ${identity.kind} \`${identity.name}\``));
}

/** Returns a remedy that sends a token request with the right secret of its client; none if it is unknown. */
function listSecretRemedies(request: RecordedRequest, owner: Identity | undefined): readonly Remedy[] {
  const { body } = toCall(request);
  const secret = (owner?.credentials ?? [])
    .flatMap((credential) => {
      if (credential.kind === 'key') return [];
      if (credential.kind === 'password') return [{ id: credential.email, text: credential.password }];
      return [{ id: credential.id, text: credential.secret }];
    })
    .find(({ id }) => body?.includes(id) || body?.includes(encodeURIComponent(id)));
  const parts = body?.split(FINGERPRINT) ?? [];
  // With several secrets, it is unknown which one is wrong.
  if (owner === undefined || secret === undefined || parts.length !== 2) return [];
  // The body is a form otherwise. `slice` removes the quotes.
  const text = body?.startsWith('{') ? JSON.stringify(secret.text).slice(1, -1) : encodeURIComponent(secret.text);
  return [
    {
      text: `Send the secret of ${owner.kind} \`${owner.name}\``,
      lines: [],
      label: 'Send again with the right secret',
      change: { kind: 'none' },
      sender: { kind: 'anonymous' },
      call: { body: parts.join(text) },
    },
  ];
}

/** Returns a remedy that makes a disabled or expired key valid again; none for other reasons. */
function listReactivationRemedies({ id, kind, name }: Identity, reason: string | null): readonly Remedy[] {
  const body = { disabled_key: { status: 'active' }, expired_key: { expiresAt: null } }[reason ?? ''];
  if (body === undefined) return [];
  const text = reason === 'disabled_key' ? `Enable ${kind} \`${name}\`` : `Remove the expiry of ${kind} \`${name}\``;
  const request: FixRequest = { method: 'PATCH', path: `/_mock/keys/${encodeURIComponent(id)}`, body };
  const change: Change = { kind: 'send', request };
  return [{ text, where: whereIs(request), lines: [], label: 'Fix and send again', change }];
}

/** Returns a remedy that sends the request as an identity, and changes nothing else. */
function resendAs(identity: Identity, text: string, label = `Send again as ${identity.name}`): Remedy {
  return { text, lines: [], label, change: { kind: 'none' }, sender: senderOf(identity) };
}

/** Returns what a fix adds to and removes from the caller, as far as its request shows. */
function diffFix({ request, roles = [] }: Fix, { held = [], roles: heldRoles = [], binding }: Decision): DiffLine[] {
  const { scopes, resource, roles: keyRoles } = request?.body ?? {};
  const lines = [
    ...(isNames(scopes) ? diffNames('scope', held, scopes) : []),
    ...(isNames(keyRoles) ? diffNames('role', heldRoles, keyRoles) : []),
    ...(request?.as === undefined ? [] : diffNames('role', [], roles)),
  ];
  const { type, ids }: { readonly type?: unknown; readonly ids?: unknown } = Object(resource);
  if (typeof type !== 'string') return lines;
  const before = binding?.held ? [binding.held] : [];
  return [...lines, ...diffNames('resource', before, [isNames(ids) ? `${type} ${ids.join(', ')}` : type])];
}

export function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function diffNames(kind: string, before: readonly string[], after: readonly string[]): DiffLine[] {
  const line = (sign: DiffLine['sign']) => (name: string) => ({ sign, kind, name });
  return [
    ...before.filter((name) => !after.includes(name)).map(line('−')),
    ...after.filter((name) => !before.includes(name)).map(line('+')),
  ];
}
