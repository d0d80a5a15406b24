import type { Context, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { parseInstant } from '../../../lib/clock.ts';
import { rejectMissing } from '../../../store/errors.ts';
import type { Change } from '../../../store/row.ts';
import { hashSecret } from '../../../tokens/secret.ts';
import type { Audience } from '../../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { readEnding } from '../../ngc-keys/key-text.ts';
import { generateKeyText, reportKeyWarnings } from '../../ngc-keys/keyring.ts';
import { createKeyRows, type Issuance, issuedKeysOwnerOf, type NewNgcKey, NGC_KEYS } from '../../ngc-keys/records.ts';
import { readRights } from '../authorizations.ts';
import { type CallerHeaders, readCallerHeaders } from '../headers.ts';
import { deleteExpiredKeys, findIssuedKey, findKeys, type IssuedKey, statusOf } from '../issued-keys.ts';
import { createOwnerRow, findOwner, KEY_OWNERS } from '../key-owners.ts';
import { LIMITS } from '../limits.ts';
import { maskKey, renderKey, renderWholeKey } from '../view.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Java's `\s`, which is ASCII only. */
const DESCRIPTION = /^[a-zA-Z0-9 \t\n\v\f\r_-]{1,64}$/;

const KEY_NOT_FOUND = 'Key not found';
const TOO_MANY_KEYS = 'Actor reached maximum allowed number of keys in service';

/** Adds a key, and its owner if new, in one transaction. @throws Problem if the owner has too many keys */
function addKey(context: Context, key: NewNgcKey & { readonly issuance: Issuance }): Promise<void> {
  const { collections } = context.store;
  const indexKey = issuedKeysOwnerOf(key.issuance);
  return collections.updating(async (commit) => {
    if ((await NGC_KEYS.countOfOwner(collections, indexKey)) >= LIMITS.maxKeys) {
      throw new Problem('bad_state', TOO_MANY_KEYS);
    }
    const owner = await KEY_OWNERS.byId(collections, key.issuance.owner);
    if (owner?.body.status === 'SUSPENDED') throw createSuspendedProblem();
    const changes: Change[] = createKeyRows(key).map((row) => ({ kind: 'put', row }));
    if (owner === null) {
      changes.push(
        KEY_OWNERS.put(createOwnerRow(key.issuance.owner, { status: 'ACTIVE', statusUpdatedAt: context.now })),
      );
    }
    await commit(changes);
  });
}

/** Returns the account of all keys: a self-hosted deployment has only one. @throws Problem if there is none */
async function findOrganization({ store }: Context): Promise<string> {
  const [first] = await ngcKeysIn(store).listOrganizations();
  if (first === undefined)
    throw new Problem('bad_state', 'This world has no organisation to own the key. Use a seed that has one.');
  return first.name;
}

/** Returns when a key expires. @throws Problem if the time is not valid, past or too far away */
function parseExpiry(text: string | null | undefined, now: number): number {
  const at = typeof text === 'string' ? parseInstant(text) : null;
  if (at !== null && at > now && at <= now + LIMITS.maxLifetimeDays * DAY_MS) return at;
  const message = `expires_at must be in the future and not more than ${LIMITS.maxLifetimeDays} days from now`;
  throw new Problem('bad_state', message);
}

/** Returns the audiences of a key: always the issuing service alone. @throws Problem if others are requested */
function parseAudiences(requested: readonly string[] | null | undefined, { id }: Audience): readonly string[] {
  if (requested === undefined || requested === null) return [id];
  if (requested.length === 0) throw new Problem('bad_state', "audience_service_ids can't be empty");
  const foreign = [...new Set(requested.filter((audience) => audience !== id))].sort();
  if (foreign.length === 0) return [id];
  throw new Problem('bad_state', `service '${id}' cannot use audiences: ${foreign.join(',')}`);
}

function assertAuthorizations(authorizations: unknown): void {
  if (authorizations === undefined || authorizations === null)
    throw new Problem('bad_state', 'authorizations can not be null');
  const { length } = JSON.stringify(authorizations);
  if (length <= LIMITS.maxAuthorizationsLength) return;
  const message = `authorizations size can not be greater than ${LIMITS.maxAuthorizationsLength} but was ${length}`;
  throw new Problem('bad_state', message);
}

/** @throws Problem if a header is not valid, or the owner is suspended */
async function readActiveCaller(context: Context): Promise<CallerHeaders> {
  const caller = readCallerHeaders(context);
  if ((await findOwner(context, caller.owner))?.status === 'SUSPENDED') throw createSuspendedProblem();
  return caller;
}

function createSuspendedProblem(): Problem {
  return new Problem('forbidden', 'Key owner suspended.');
}

export function renderKeys(context: Context, keys: readonly IssuedKey[]) {
  return { keys: keys.map((key) => renderKey(context, key, maskKey(key))) };
}

/** @throws Problem if it does not exist, or belongs to another owner or issuer */
async function requireOwnKey(context: Context, { owner, issuer }: CallerHeaders, id: string): Promise<IssuedKey> {
  return requireKey(
    await findIssuedKey(context, id, (issuance) => issuance.owner === owner && issuance.issuer === issuer.id),
  );
}

export function requireKey(issued: IssuedKey | null): IssuedKey {
  if (issued === null) throw new Problem('not_found', KEY_NOT_FOUND);
  return issued;
}

export function rejectMissingKey<Changed>(change: Promise<Changed>): Promise<Changed> {
  return rejectMissing(change, KEY_NOT_FOUND);
}

export const keyOperations = {
  /** Checks in the order of the published code. */
  createApiKey: async (context) => {
    const { body, now, random } = context;
    const caller = await readActiveCaller(context);
    const { description, authorizations } = body;
    if (typeof description !== 'string' || !DESCRIPTION.test(description)) {
      throw new Problem('bad_state', 'description is invalid');
    }
    const expiresAt = parseExpiry(body.expires_at, now);
    const audiences = parseAudiences(body.audience_service_ids, caller.issuer);
    await deleteExpiredKeys(context, { issuer: caller.issuer.id, owner: caller.owner });
    const existingKeys = await findKeys(context, caller.owner, caller.issuer.id);
    if (existingKeys.length >= LIMITS.maxKeys) throw new Problem('bad_state', TOO_MANY_KEYS);
    assertAuthorizations(authorizations);
    const text = generateKeyText(context);
    const { services, policy } = readRights(authorizations, context.rulesets);
    const id = random.uuid();
    await addKey(context, {
      id,
      org: await findOrganization(context),
      type: 'service',
      name: description,
      description,
      services,
      user: null,
      enabled: true,
      createdAt: now,
      expiresAt,
      secretHash: hashSecret(text),
      policy,
      issuance: {
        owner: caller.owner,
        issuer: caller.issuer.id,
        audiences,
        authorizations,
        authorizedAt: now,
        ending: readEnding(text),
        isOwnerSuspended: false,
      },
    });
    const issued = await requireOwnKey(context, caller, id);
    await reportKeyWarnings(context, issued);
    return { status: 200, body: await renderWholeKey(context, issued, text) };
  },
  listApiKeys: async (context) => {
    const { owner, issuer } = await readActiveCaller(context);
    return { status: 200, body: renderKeys(context, await findKeys(context, owner, issuer.id)) };
  },
  getApiKey: async (context) => {
    const caller = await readActiveCaller(context);
    return {
      status: 200,
      body: await renderWholeKey(context, await requireOwnKey(context, caller, context.params.keyId)),
    };
  },
  deleteApiKey: async (context) => {
    const caller = await readActiveCaller(context);
    const { key } = await requireOwnKey(context, caller, context.params.keyId);
    await ngcKeysIn(context.store).deleteAll([key.id]);
    return { status: 204 };
  },
  updateApiKeyAuthorizations: async (context) => {
    const { params, rulesets, store, now } = context;
    const caller = await readActiveCaller(context);
    const { authorizations } = context.body;
    // Before the look-up, as in the published code.
    assertAuthorizations(authorizations);
    const issued = await requireOwnKey(context, caller, params.keyId);
    if (statusOf(issued, now) !== 'ACTIVE') throw new Problem('bad_state', 'Key is not active');
    const { id } = issued.key;
    const { services, policy } = readRights(authorizations, rulesets);
    await rejectMissingKey(
      ngcKeysIn(store).edit(id, {
        services,
        issuance: (before) => {
          // Runs in the transaction: of several concurrent writes, only one succeeds.
          if (now < before.authorizedAt + LIMITS.minUpdateIntervalSeconds * 1000)
            throw new Problem('too_many_requests', 'Slow down.');
          return { ...before, authorizations, authorizedAt: now };
        },
        policy: { next: policy, recordedAt: now, effectiveAt: now },
      }),
    );
    const changed = await requireOwnKey(context, caller, id);
    await reportKeyWarnings(context, changed);
    return { status: 200, body: await renderWholeKey(context, changed) };
  },
} satisfies Partial<Operations<'nak'>>;
