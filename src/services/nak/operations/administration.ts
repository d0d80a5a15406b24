import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { ngcKeysIn } from '../../../ngc-keys/index.ts';
import { readIssuer } from '../headers.ts';
import { findKeys, type IssuedKey, issuedKey, type KeyOwner, ownerOf, setOwner, statusOf } from '../issued.ts';
import { ownerView, wholeKeyView } from '../view.ts';
import { found, listView, orAbsent } from './keys.ts';

// Keys of an owner.

/** Finds a key of this owner that the calling service issued. @throws Problem */
async function keyOfUser(context: Context, userId: string, keyId: string): Promise<IssuedKey> {
  const issuer = readIssuer(context);
  return found(await issuedKey(context, keyId, (one) => one.owner === userId && one.issuer === issuer.id));
}

const listOfUser: Handler<'nak', 'listUserApiKeys'> = async (context) => {
  const issuer = readIssuer(context);
  return { status: 200, body: listView(context, await findKeys(context, context.params.userId, issuer.id)) };
};

const getOfUser: Handler<'nak', 'getUserApiKey'> = async (context) => {
  const { userId, keyId } = context.params;
  return { status: 200, body: await wholeKeyView(context, await keyOfUser(context, userId, keyId)) };
};

const deleteOfUser: Handler<'nak', 'deleteUserApiKey'> = async (context) => {
  const { key } = await keyOfUser(context, context.params.userId, context.params.keyId);
  await ngcKeysIn(context.store).deleteAll([key.id]);
  return { status: 204 };
};

const setStatusOfUser: Handler<'nak', 'setUserApiKeyStatus'> = async (context) => {
  const { userId, keyId } = context.params;
  const issued = await keyOfUser(context, userId, keyId);
  const { status: next } = context.body;
  // `EXPIRED` and a missing status are never valid.
  const isAllowed = statusOf(issued, context.now) === 'SUSPENDED' ? next === 'ACTIVE' : next === 'SUSPENDED';
  if (!isAllowed) throw new Problem('bad_state', 'Invalid status transition');
  await orAbsent(ngcKeysIn(context.store).edit(issued.key.id, { enabled: next === 'ACTIVE' }));
  return { status: 200, body: await wholeKeyView(context, await keyOfUser(context, userId, keyId)) };
};

const suspendOfUser: Handler<'nak', 'suspendUserApiKeys'> = async (context) => {
  const issuer = readIssuer(context);
  const { userId } = context.params;
  for (const { key } of await findKeys(context, userId, issuer.id)) {
    if (key.enabled) await orAbsent(ngcKeysIn(context.store).edit(key.id, { enabled: false }));
  }
  return { status: 200, body: listView(context, await findKeys(context, userId, issuer.id)) };
};

// Key owners.

/** @throws Problem */
async function knownOwner(context: Context, userId: string): Promise<KeyOwner> {
  const owner = await ownerOf(context, userId);
  if (owner === null) throw new Problem('not_found', 'Key owner not found');
  return owner;
}

const getOwner: Handler<'nak', 'getKeyOwner'> = async (context) => {
  const { userId } = context.params;
  return { status: 200, body: ownerView(userId, await knownOwner(context, userId)) };
};

const setOwnerStatus: Handler<'nak', 'setKeyOwnerStatus'> = async (context) => {
  const { userId } = context.params;
  await knownOwner(context, userId);
  const { status } = context.body;
  if (status === undefined || status === null) throw new Problem('bad_state', 'status is required parameter');
  const owner = { status, statusUpdatedAt: context.now };
  await setOwner(context, userId, owner);
  return { status: 200, body: ownerView(userId, owner) };
};

const listOfOwner: Handler<'nak', 'listOwnerApiKeys'> = async (context) => {
  const { userId } = context.params;
  await knownOwner(context, userId);
  return { status: 200, body: listView(context, await findKeys(context, userId, null)) };
};

const deleteOfOwner: Handler<'nak', 'deleteOwnerApiKeys'> = async (context) => {
  const { userId } = context.params;
  await knownOwner(context, userId);
  const keys = await findKeys(context, userId, null);
  await ngcKeysIn(context.store).deleteAll(keys.map(({ key }) => key.id));
  return { status: 204 };
};

export const administrationOperations = {
  listUserApiKeys: listOfUser,
  getUserApiKey: getOfUser,
  deleteUserApiKey: deleteOfUser,
  setUserApiKeyStatus: setStatusOfUser,
  suspendUserApiKeys: suspendOfUser,
  getKeyOwner: getOwner,
  setKeyOwnerStatus: setOwnerStatus,
  listOwnerApiKeys: listOfOwner,
  deleteOwnerApiKeys: deleteOfOwner,
};
