import type { Context, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { readIssuer } from '../headers.ts';
import { findIssuedKey, findKeys, type IssuedKey, statusOf } from '../issued-keys.ts';
import { findOwner, type KeyOwner, saveOwner } from '../key-owners.ts';
import { renderOwner, renderWholeKey } from '../view.ts';
import { rejectMissingKey, renderKeys, requireKey } from './keys.ts';

// Keys of an owner.

async function requireKeyOfUser(context: Context, userId: string, keyId: string): Promise<IssuedKey> {
  const issuer = readIssuer(context);
  return requireKey(
    await findIssuedKey(context, keyId, (issuance) => issuance.owner === userId && issuance.issuer === issuer.id),
  );
}

// Key owners.

async function requireOwner(context: Context, userId: string): Promise<KeyOwner> {
  const owner = await findOwner(context, userId);
  if (owner === null) throw new Problem('not_found', 'Key owner not found');
  return owner;
}

export const administrationOperations = {
  listUserApiKeys: async (context) => {
    const issuer = readIssuer(context);
    return { status: 200, body: renderKeys(context, await findKeys(context, context.params.userId, issuer.id)) };
  },
  getUserApiKey: async (context) => {
    const { userId, keyId } = context.params;
    return { status: 200, body: await renderWholeKey(context, await requireKeyOfUser(context, userId, keyId)) };
  },
  deleteUserApiKey: async (context) => {
    const { key } = await requireKeyOfUser(context, context.params.userId, context.params.keyId);
    await ngcKeysIn(context.store).deleteAll([key.id]);
    return { status: 204 };
  },
  setUserApiKeyStatus: async (context) => {
    const { userId, keyId } = context.params;
    const issued = await requireKeyOfUser(context, userId, keyId);
    const { status: next } = context.body;
    // `EXPIRED` and a missing status are never valid.
    const isAllowed = statusOf(issued, context.now) === 'SUSPENDED' ? next === 'ACTIVE' : next === 'SUSPENDED';
    if (!isAllowed) throw new Problem('bad_state', 'Invalid status transition');
    await rejectMissingKey(ngcKeysIn(context.store).edit(issued.key.id, { enabled: next === 'ACTIVE' }));
    return { status: 200, body: await renderWholeKey(context, await requireKeyOfUser(context, userId, keyId)) };
  },
  suspendUserApiKeys: async (context) => {
    const issuer = readIssuer(context);
    const { userId } = context.params;
    for (const { key } of await findKeys(context, userId, issuer.id)) {
      if (key.enabled) await rejectMissingKey(ngcKeysIn(context.store).edit(key.id, { enabled: false }));
    }
    return { status: 200, body: renderKeys(context, await findKeys(context, userId, issuer.id)) };
  },
  getKeyOwner: async (context) => {
    const { userId } = context.params;
    return { status: 200, body: renderOwner(userId, await requireOwner(context, userId)) };
  },
  setKeyOwnerStatus: async (context) => {
    const { userId } = context.params;
    await requireOwner(context, userId);
    const { status } = context.body;
    if (status === undefined || status === null) throw new Problem('bad_state', 'status is required parameter');
    const owner = { status, statusUpdatedAt: context.now };
    await saveOwner(context, userId, owner);
    return { status: 200, body: renderOwner(userId, owner) };
  },
  listOwnerApiKeys: async (context) => {
    const { userId } = context.params;
    await requireOwner(context, userId);
    return { status: 200, body: renderKeys(context, await findKeys(context, userId, null)) };
  },
  deleteOwnerApiKeys: async (context) => {
    const { userId } = context.params;
    await requireOwner(context, userId);
    const keys = await findKeys(context, userId, null);
    await ngcKeysIn(context.store).deleteAll(keys.map(({ key }) => key.id));
    return { status: 204 };
  },
} satisfies Partial<Operations<'nak'>>;
