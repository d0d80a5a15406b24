import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem, unauthenticated } from '../../../core/problem.ts';
import { clientIdInWorld } from '../../../core/world-id.ts';
import type { AccessKey } from '../../../store/access-keys.ts';
import { Collision, LimitReached, NotFound } from '../../../store/errors.ts';
import { callerOf } from '../context.ts';
import { stillThere } from '../gone.ts';
import { drawSecret, endTokensOf } from '../secrets.ts';

const CLIENT_ID_LENGTH = 16;

/** The caller's own keys; another user's is not there. */
const ownAccessKey: Lookup = async (context, id) => {
  const key = await context.store.accessKeys.byId(id);
  if (key === null) return { seen: 'nothing' };
  return key.owner === callerOf(context).principal.id
    ? { seen: 'object', target: key }
    : { seen: 'foreign', owner: key.createdBy };
};

const anyAccessKey: Lookup = async ({ store }, id) => {
  const key = await store.accessKeys.byId(id);
  return key === null ? { seen: 'nothing' } : { seen: 'object', target: key };
};

export const accessKeyLookups = { ownAccessKey, anyAccessKey };

const list: Handler = async (context) => {
  const keys = await context.store.accessKeys.ofOwner(callerOf(context).principal.id);
  return { status: 200, body: context.views.of(keys, ownList), unchanged: true };
};

const create: Handler = async (context) => {
  const { createdAt, ...key } = await createKey(context);
  return { status: 201, body: { ...key, createdAt: rfc3339(createdAt) } };
};

async function createKey(context: Context) {
  const { store, random, now, settings } = context;
  const { principal } = callerOf(context);
  const { name } = context.body as { name: string };
  const { secret: clientSecret, secretHash } = drawSecret(context);
  const id = random.uuid();
  const clientId = clientIdInWorld(random.hex(CLIENT_ID_LENGTH), context.world.id);
  const owned = { owner: principal.id, createdBy: principal.name };
  try {
    const key = { id, ...owned, name, clientId, secretHash, createdAt: now };
    await store.accessKeys.create(key, settings.runaiKeyLimit);
  } catch (thrown) {
    throw creationProblem(thrown, name, settings.runaiKeyLimit);
  }
  return { id, name, clientId, clientSecret, createdAt: now };
}

const get: Handler = (context) => ({ status: 200, body: shownToOwner(targetOf(context)) });

const remove: Handler = async (context) => {
  const { id, secretHash } = targetOf(context);
  await stillThere(context.store.accessKeys.delete(id));
  await endTokensOf(context, secretHash);
  return { status: 204 };
};

const regenerate: Handler = async (context) => {
  const { id, secretHash: before } = targetOf(context);
  const { secret: clientSecret, secretHash } = drawSecret(context);
  await stillThere(context.store.accessKeys.replaceSecret(id, secretHash));
  await endTokensOf(context, before);
  return { status: 200, body: { clientSecret } };
};

const listAll: Handler = async ({ store, query }) => {
  const keys = await store.accessKeys.all(query as { clientId?: string; createdBy?: string });
  return { status: 200, body: { accessKeys: keys.map(shownToAdministrator) } };
};

/** User applications are what access keys were called before: the same keys in another form. */
const listAsApplications: Handler = async (context) => {
  const keys = await context.store.accessKeys.ofOwner(callerOf(context).principal.id);
  return { status: 200, body: keys.map(shownToOwner) };
};

const createApplication: Handler = async (context) => {
  const { clientSecret: secret, createdAt, ...key } = await createKey(context);
  return { status: 201, body: { ...key, secret, createdAt: rfc3339(createdAt) } };
};

const listAllAsApplications: Handler = async ({ store, query }) => {
  const keys = await store.accessKeys.all(query as { clientId?: string; createdBy?: string });
  return { status: 200, body: keys.map(shownToAdministrator) };
};

export const accessKeyOperations = {
  get_access_keys: list,
  create_access_key1: create,
  get_access_key_by_id1: get,
  delete_access_key_by_id: remove,
  regenerate_access_key_secret: regenerate,
  get_access_keys_administration: listAll,
  delete_access_key_by_id_administration: remove,
  get_user_applications: listAsApplications,
  create_user_application: createApplication,
  get_user_application_by_id: get,
  delete_user_application_by_id: remove,
  regenerate_user_application_secret: regenerate,
  get_user_applications_administration: listAllAsApplications,
  delete_user_application_by_id_administration: remove,
};

function targetOf({ target }: Context): AccessKey {
  return target as AccessKey;
}

function shownToOwner({ id, name, clientId, createdAt, lastLogin }: AccessKey) {
  return {
    id,
    name,
    clientId,
    createdAt: rfc3339(createdAt),
    lastLogin: lastLogin === null ? null : rfc3339(lastLogin),
  };
}

function ownList(keys: readonly AccessKey[]) {
  return { accessKeys: keys.map(shownToOwner) };
}

function shownToAdministrator(key: AccessKey) {
  return { ...shownToOwner(key), createdBy: key.createdBy };
}

function creationProblem(thrown: unknown, name: string, limit: number): unknown {
  if (thrown instanceof Collision) return new Problem('conflict', `You already have an access key named \`${name}\`.`);
  if (thrown instanceof NotFound) {
    return unauthenticated('unknown_subject', 'The owner of the access token does not exist.');
  }
  if (thrown instanceof LimitReached) {
    return new Problem(
      'limit_reached',
      `You have ${limit} access keys, which is the most a user may have. Delete one first.`,
    );
  }
  return thrown;
}
