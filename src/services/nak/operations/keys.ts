import type { Context, Handler } from '../../../contract/request.ts';
import { hashSecret } from '../../../credentials/secret.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Audience } from '../../../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../../../ngc-keys/index.ts';
import { endingOf } from '../../../ngc-keys/key-text.ts';
import { drawKeyText, reportUseless } from '../../../ngc-keys/keyring.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import { type Issuance, issuedKeysOwner, type NewNgcKey, NGC_KEYS, newKeyRows } from '../../../ngc-keys/records.ts';
import type { Change } from '../../../store/collections.ts';
import { parseInstant } from '../../../time/clock.ts';
import { type CallerHeaders, readCallerHeaders } from '../headers.ts';
import {
  findKeys,
  type IssuedKey,
  issuedKey,
  KEY_OWNERS,
  ownerOf,
  ownerRow,
  rightsIn,
  type Storing,
  statusOf,
  sweepKeys,
} from '../issued.ts';
import { LIMITS } from '../limits.ts';
import { keyView, maskedKey, wholeKeyView } from '../view.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Java's `\s`, which is ASCII only. */
const DESCRIPTION = /^[a-zA-Z0-9 \t\n\v\f\r_-]{1,64}$/;

const ABSENT = 'Key not found';
const TOO_MANY = 'Actor reached maximum allowed number of keys in service';

/** Checks in the order of the published code. */
const create: Handler<'nak', 'createApiKey'> = async (context) => {
  const { body, now, random } = context;
  const named = readCallerHeaders(context);
  await refuseSuspended(context, named.owner);
  const { description, authorizations } = body;
  if (typeof description !== 'string' || !DESCRIPTION.test(description)) {
    throw new Problem('bad_state', 'description is invalid');
  }
  const expiresAt = expiryOf(body.expires_at, now);
  const audiences = audiencesOf(body.audience_service_ids, named.issuer);
  await sweepKeys(context, { issuer: named.issuer.id, owner: named.owner });
  const { length } = await findKeys(context, named.owner, named.issuer.id);
  if (length >= LIMITS.keys) throw new Problem('bad_state', TOO_MANY);
  checkAuthorizations(authorizations);
  const text = drawKeyText(context);
  const { services, policy } = rightsIn(authorizations, context.rulesets);
  const id = random.uuid();
  await addKey(context, {
    id,
    org: await organizationOf(context),
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
      owner: named.owner,
      issuer: named.issuer.id,
      audiences,
      authorizations,
      authorizedAt: now,
      ending: endingOf(text),
      isOwnerSuspended: false,
    },
  });
  const issued = await keyNamed(context, named, id);
  await reportUseless(context, now, issued);
  return { status: 200, body: await wholeKeyView(context, issued, text) };
};

/**
 * Adds a key, and its owner if it is the first key, in one transaction.
 *
 * @throws Problem if the owner has too many keys
 */
function addKey(context: Context, key: NewNgcKey & { readonly issuance: Issuance }): Promise<void> {
  const { collections } = context.store;
  const owner = issuedKeysOwner(key.issuance);
  return collections.updating(async (commit) => {
    if ((await collections.count(NGC_KEYS.name, owner)) >= LIMITS.keys) throw new Problem('bad_state', TOO_MANY);
    const known = await KEY_OWNERS.byId(collections, key.issuance.owner);
    if (known?.body.status === 'SUSPENDED') throw suspended();
    const changes: Change[] = newKeyRows(key).map((row) => ({ kind: 'put', row }));
    if (known === null) {
      changes.push(KEY_OWNERS.put(ownerRow(key.issuance.owner, { status: 'ACTIVE', statusUpdatedAt: context.now })));
    }
    await commit(changes);
  });
}

/** Returns the account of all keys: a self-hosted deployment has only one. @throws Problem if there is none */
async function organizationOf({ store }: Context): Promise<string> {
  const [first] = await ngcKeysIn(store).organizations();
  if (first === undefined)
    throw new Problem('bad_state', 'This world has no organisation to own the key. Use a seed that has one.');
  return first.name;
}

function expiryOf(text: string | null | undefined, now: number): number {
  const at = typeof text === 'string' ? parseInstant(text) : null;
  if (at !== null && at > now && at <= now + LIMITS.days * DAY) return at;
  throw new Problem('bad_state', `expires_at must be in the future and not more than ${LIMITS.days} days from now`);
}

function audiencesOf(given: readonly string[] | null | undefined, { id }: Audience): readonly string[] {
  if (given === undefined || given === null) return [id];
  if (given.length === 0) throw new Problem('bad_state', "audience_service_ids can't be empty");
  const foreign = [...new Set(given.filter((one) => one !== id))].sort();
  if (foreign.length === 0) return [id];
  throw new Problem('bad_state', `service '${id}' cannot use audiences: ${foreign.join(',')}`);
}

/** @throws Problem if they are missing, null or too long */
function checkAuthorizations(given: unknown): void {
  if (given === undefined || given === null) throw new Problem('bad_state', 'authorizations can not be null');
  const { length } = JSON.stringify(given);
  if (length <= LIMITS.characters) return;
  throw new Problem('bad_state', `authorizations size can not be greater than ${LIMITS.characters} but was ${length}`);
}

/** @throws Problem if the owner is suspended */
async function refuseSuspended(storing: Storing, owner: string): Promise<void> {
  if ((await ownerOf(storing, owner))?.status === 'SUSPENDED') throw suspended();
}

function suspended(): Problem {
  return new Problem('forbidden', 'Key owner suspended.');
}

const list: Handler<'nak', 'listApiKeys'> = async (context) => {
  const { owner, issuer } = readCallerHeaders(context);
  await refuseSuspended(context, owner);
  return { status: 200, body: listView(context, await findKeys(context, owner, issuer.id)) };
};

/** Renders a list of keys, without authorizations. */
export function listView(storing: Storing, keys: readonly IssuedKey[]) {
  return { keys: keys.map((one) => keyView(storing, one, maskedKey(one))) };
}

const get: Handler<'nak', 'getApiKey'> = async (context) => {
  const named = readCallerHeaders(context);
  await refuseSuspended(context, named.owner);
  return { status: 200, body: await wholeKeyView(context, await keyNamed(context, named, context.params.keyId)) };
};

const remove: Handler<'nak', 'deleteApiKey'> = async (context) => {
  const named = readCallerHeaders(context);
  await refuseSuspended(context, named.owner);
  const { key } = await keyNamed(context, named, context.params.keyId);
  await ngcKeysIn(context.store).deleteAll([key.id]);
  return { status: 204 };
};

const updateAuthorizations: Handler<'nak', 'updateApiKeyAuthorizations'> = async (context) => {
  const { params, rulesets, store, now } = context;
  const named = readCallerHeaders(context);
  await refuseSuspended(context, named.owner);
  const { authorizations } = context.body;
  // Before the look-up, as in the published code.
  checkAuthorizations(authorizations);
  const issued = await keyNamed(context, named, params.keyId);
  if (statusOf(issued, now) !== 'ACTIVE') throw new Problem('bad_state', 'Key is not active');
  const { id } = issued.key;
  const { services, policy } = rightsIn(authorizations, rulesets);
  await orAbsent(
    ngcKeysIn(store).edit(id, {
      services,
      issuance: (before) => {
        // Runs in the transaction: of several concurrent writes, only one succeeds.
        if (now < before.authorizedAt + LIMITS.seconds * 1000) throw new Problem('too_many_requests', 'Slow down.');
        return { ...before, authorizations, authorizedAt: now };
      },
      policy: { next: policy, recordedAt: now, effectiveAt: now },
    }),
  );
  const changed = await keyNamed(context, named, id);
  await reportUseless(context, now, changed);
  return { status: 200, body: await wholeKeyView(context, changed) };
};

/** Finds a key of this owner and issuer. @throws Problem if it does not exist, or belongs to others */
async function keyNamed(storing: Storing, { owner, issuer }: CallerHeaders, id: string): Promise<IssuedKey> {
  return found(await issuedKey(storing, id, (one) => one.owner === owner && one.issuer === issuer.id));
}

/** @throws Problem if the key is null */
export function found(issued: IssuedKey | null): IssuedKey {
  if (issued === null) throw new Problem('not_found', ABSENT);
  return issued;
}

/** Throws 404 if another request deleted the key after the look-up. @throws Problem */
export function orAbsent<Changed>(change: Promise<Changed>): Promise<Changed> {
  return orNotFound(change, ABSENT);
}

export const keyOperations = {
  createApiKey: create,
  listApiKeys: list,
  getApiKey: get,
  deleteApiKey: remove,
  updateApiKeyAuthorizations: updateAuthorizations,
};
