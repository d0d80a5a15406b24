import { ask } from '../../control-api/client.ts';
import type { Decision, Fix, OperationEffect, RecordedRequest } from '../../control-api/types.ts';
import { askAs } from '../../control-api/vendor.ts';
import { FINGERPRINT, toCall } from '../../state/call.ts';
import { type Caller, pickCaller, senderOf, sentBearer } from '../../state/caller.ts';
import { reportChange } from '../../state/changes.ts';
import { isFrozen, waitForWorldTime } from '../../state/clock.ts';
import { editKey } from '../../state/edit-key.ts';
import { type Identity, readIdentities } from '../../state/identities.ts';
import { moveClock } from '../../state/move-clock.ts';
import type { FixRequest, Remedy } from '../../state/repairs.ts';
import type { Undoable } from '../../state/undo.ts';
import { diffFix } from './diff.ts';

/** The remedies for a refusal, and the caller of the refused request. */
export interface RepairOptions {
  /** The caller, with the credential if it is known. */
  readonly caller: Caller;
  /** The recommended remedy comes first. */
  readonly remedies: readonly Remedy[];
  /** The fixes that the page cannot make. */
  readonly adviceOnly: readonly Fix[];
}

/** Finds the remedies for a refusal. @throws like the control API */
export async function readRepairOptions(request: RecordedRequest, decision: Decision): Promise<RepairOptions> {
  const identities = await readIdentities();
  const caller = pickCaller(request, decision, identities);
  const fixes = decision.fixes.filter(({ kind }) => kind !== 'hint');
  const remediesByFix = fixes.map((fix) => [fix, listFixRemedies(fix, decision)] as const);
  const remedies = remediesByFix.flatMap(([, all]) => all);
  const adviceOnly = remediesByFix.flatMap(([fix, all]) => (all.length === 0 ? [fix] : []));
  if (decision.principal !== null) {
    return { caller, remedies: [...remedies, ...(await findRoleRemedies(fixes, decision, identities))], adviceOnly };
  }
  const credential = await findCredentialRemedies(request, decision, identities);
  return { caller, remedies: [...remedies, ...credential], adviceOnly: credential.length > 0 ? [] : adviceOnly };
}

/** Returns the remedies that make a fix; none if it has no request. */
function listFixRemedies(fix: Fix, decision: Decision): readonly Remedy[] {
  const { kind, request, text } = fix;
  if (request === undefined) return [];
  const change = createChange(request);
  if (change === null) return [];
  if (kind === 'propagation' && decision.pending !== undefined)
    return listPendingRemedies(decision.pending, request, change);
  return [{ text, lines: diffFix(fix, decision), label: 'Fix and send again', request, apply: change }];
}

/** Returns the remedies that put a pending edit into effect: now, by moving the clock, or by waiting. */
function listPendingRemedies(
  { version, effectiveAt }: NonNullable<Decision['pending']>,
  request: FixRequest,
  change: Remedy['apply'],
): readonly Remedy[] {
  const moveRemedy: Remedy = {
    text: `Move the clock to ${effectiveAt}, when version ${version} takes effect`,
    lines: [],
    label: 'Move the clock and send again',
    apply: async () => {
      await moveClock('set', { to: effectiveAt });
      return undefined;
    },
  };
  const waitRemedy: Remedy = {
    text: `Wait until ${effectiveAt}`,
    lines: [],
    label: 'Wait and send again',
    waits: true,
    apply: async (signal) => {
      await waitForWorldTime(effectiveAt, signal);
      return null;
    },
  };
  return [
    {
      text: `Apply version ${version} now`,
      lines: [],
      label: 'Apply and send again',
      request,
      apply: change,
    },
    moveRemedy,
    // A frozen clock would never reach the time.
    ...(isFrozen.value ? [] : [waitRemedy]),
  ];
}

/** Returns a remedy that sends the request as an identity with a sufficient role, the one with the fewest rights. */
async function findRoleRemedies(
  fixes: readonly Fix[],
  decision: Decision,
  identities: readonly Identity[],
): Promise<Remedy[]> {
  const roles = fixes.find(({ kind, request }) => kind === 'identity' && request === undefined)?.roles ?? [];
  const candidates = roles.flatMap((role) =>
    identities.filter(({ rights, kind }) => rights === role && !kind.endsWith('key')),
  );
  const [identity] = await filterAllowed(candidates, decision);
  return identity === undefined
    ? []
    : [
        createResendRemedy(
          identity,
          `Send it as ${identity.kind} \`${identity.name}\`, which has the role \`${identity.rights}\``,
        ),
      ];
}

/** Returns the remedies for a refused credential: make it valid again, get a new one, or use a different identity. */
async function findCredentialRemedies(
  recorded: RecordedRequest,
  decision: Decision,
  identities: readonly Identity[],
): Promise<readonly Remedy[]> {
  const { claimed, fixes, service, reason } = decision;
  const claimedIdentity = identities.find(({ id }) => id === claimed?.id);
  if (reason === 'wrong_secret') return listSecretRemedies(recorded, claimedIdentity);
  if (!sentBearer(recorded.request) && !fixes.some(({ kind }) => kind === 'authenticate')) return [];
  if (claimedIdentity?.key !== undefined) return listReactivationRemedies(claimedIdentity, reason);
  // A disabled identity gets no token.
  if (claimedIdentity !== undefined && reason !== 'disabled') {
    return [
      createResendRemedy(
        claimedIdentity,
        `Get a fresh token for ${claimedIdentity.kind} \`${claimedIdentity.name}\``,
        'Send again with a fresh token',
      ),
    ];
  }
  const allowedIdentities = await filterAllowed(
    identities.filter(({ services }) => services.includes(service)).toSorted(compareRights),
    decision,
  );
  return allowedIdentities.map((identity) =>
    createResendRemedy(identity, `Send it as ${identity.kind} \`${identity.name}\``),
  );
}

/** Returns a remedy that resends a token request with the right secret of its client; none if it is unknown. */
function listSecretRemedies(request: RecordedRequest, owner: Identity | undefined): readonly Remedy[] {
  const { body } = toCall(request);
  const secrets = (owner?.credentials ?? []).flatMap((credential) => {
    if (credential.kind === 'key') return [];
    if (credential.kind === 'password') return [{ id: credential.email, secret: credential.password }];
    return [{ id: credential.id, secret: credential.secret }];
  });
  const secret = secrets.find(({ id }) => body?.includes(id) || body?.includes(encodeURIComponent(id)));
  const parts = body?.split(FINGERPRINT) ?? [];
  // With several secrets, it is unknown which one is wrong.
  if (owner === undefined || secret === undefined || parts.length !== 2) return [];
  // The body is a form otherwise. `slice` removes the quotes.
  const isJson = body?.startsWith('{');
  return [
    {
      text: `Send the secret of ${owner.kind} \`${owner.name}\``,
      lines: [],
      label: 'Send again with the right secret',
      sender: { kind: 'anonymous' },
      body: parts.join(isJson ? JSON.stringify(secret.secret).slice(1, -1) : encodeURIComponent(secret.secret)),
      apply: async () => undefined,
    },
  ];
}

/** Returns a remedy that makes a disabled or expired key valid again; none for other reasons. */
function listReactivationRemedies({ id, kind, name }: Identity, reason: string | null): readonly Remedy[] {
  const edit = { disabled_key: { status: 'active' }, expired_key: { expiresAt: null } }[reason ?? ''];
  if (edit === undefined) return [];
  const text = reason === 'disabled_key' ? `Enable ${kind} \`${name}\`` : `Remove the expiry of ${kind} \`${name}\``;
  const apply = async () => (await editKey(id, edit)).undo;
  const path = `/_mock/keys/${encodeURIComponent(id)}`;
  return [{ text, lines: [], label: 'Fix and send again', request: { method: 'PATCH', path, body: edit }, apply }];
}

/** Returns a remedy that sends the request as an identity, and changes nothing else. */
function createResendRemedy(identity: Identity, text: string, label = `Send again as ${identity.name}`): Remedy {
  return { text, lines: [], label, sender: senderOf(identity), apply: async () => undefined };
}

/** Compares identities for sorting: keys with few scopes first, and keys with the rights of a user last. */
function compareRights(left: Identity, right: Identity): number {
  const leftCount = countScopes(left);
  const rightCount = countScopes(right);
  // Two infinite counts have no difference.
  return leftCount === rightCount ? 0 : leftCount - rightCount;
}

/** Returns the number of scopes of a service key, infinity for a personal key, and 0 for other identities. */
function countScopes({ key }: Identity): number {
  if (key === undefined) return 0;
  return key.policy?.scopes.length ?? Number.POSITIVE_INFINITY;
}

/** Returns the identities with a known credential that may send the request. */
async function filterAllowed(all: readonly Identity[], { request }: Decision): Promise<readonly Identity[]> {
  const usable = all.filter(({ credentials, key }) => credentials.length > 0 && (key?.status ?? 'active') === 'active');
  const { method, path } = request;
  const effects = await Promise.all(
    usable.map(({ id: principal }) =>
      ask<OperationEffect>('POST', '/_mock/decisions/simulate', { principal, method, path }).then(
        ({ effect }) => effect,
        // There is no decision for identities that cannot call the service.
        () => 'deny',
      ),
    ),
  );
  return usable.filter((_, index) => effects[index] === 'allow');
}

/** Returns a function that sends the request of a fix; null if the page does not know who may send it. */
function createChange(request: FixRequest): Remedy['apply'] | null {
  const key = /^\/_mock\/keys\/([^/]+)$/.exec(request.path)?.[1];
  if (key !== undefined && request.method === 'PATCH') {
    return async () => (await editKey(decodeURIComponent(key), request.body ?? {})).undo;
  }
  const { as, method, path, body } = request;
  if (as !== undefined) return () => callAs(as.principal, request);
  if (!path.startsWith('/_mock/')) return null;
  return async () => {
    await ask(method, path, body);
    reportChange('keys', 'clock');
    return null;
  };
}

/** Sends a vendor call as a principal, with a new token. Undo deletes the created object. */
async function callAs(principal: string, { method, path, body }: FixRequest): Promise<Undoable | null> {
  const createToken = async () => (await ask<{ token: string }>('POST', '/_mock/tokens', { for: principal })).token;
  const response = await askAs<{ readonly id?: unknown } | null>(await createToken(), method, path, body);
  const id = response?.id;
  if (method !== 'POST' || (typeof id !== 'string' && typeof id !== 'number')) return null;
  const createdPath = `${path}/${encodeURIComponent(String(id))}`;
  return {
    text: `\`${method} ${path}\` was sent as ${principal}.`,
    undo: async () => {
      await askAs(await createToken(), 'DELETE', createdPath);
      return `\`DELETE ${createdPath}\` was sent as ${principal}.`;
    },
  };
}
