import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { hashSecret } from '../../../credentials/secret.ts';
import type { Caller, Context, Handler, Lookup } from '../../../service.ts';
import type { AccessKey } from '../../../store/access-keys.ts';
import { Collision, LimitReached, NotFound } from '../../../store/errors.ts';

const CLIENT_ID_LENGTH = 16;
/** As a real secret of Keycloak. */
const SECRET_LENGTH = 32;

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
  const { store, random, now, settings } = context;
  const { principal } = callerOf(context);
  const { name } = context.body as { name: string };
  const clientSecret = random.alphanumeric(SECRET_LENGTH);
  const key = {
    id: random.uuid(),
    owner: principal.id,
    createdBy: principal.name,
    name,
    clientId: random.hex(CLIENT_ID_LENGTH),
    secretHash: hashSecret(clientSecret),
    createdAt: now,
  };
  try {
    await store.accessKeys.create(key, settings.runaiKeyLimit);
  } catch (thrown) {
    throw creationProblem(thrown, name, settings.runaiKeyLimit);
  }
  const { id, clientId } = key;
  return { status: 201, body: { id, name, clientId, clientSecret, createdAt: rfc3339(now) } };
};

const get: Handler = (context) => ({ status: 200, body: shownToOwner(targetOf(context)) });

const remove: Handler = async (context) => {
  await stillThere(context.store.accessKeys.delete(targetOf(context).id));
  return { status: 204 };
};

const regenerate: Handler = async (context) => {
  const clientSecret = context.random.alphanumeric(SECRET_LENGTH);
  await stillThere(context.store.accessKeys.replaceSecret(targetOf(context).id, hashSecret(clientSecret)));
  return { status: 200, body: { clientSecret } };
};

const listAll: Handler = async ({ store, query }) => {
  const keys = await store.accessKeys.all(query as { clientId?: string; createdBy?: string });
  return { status: 200, body: { accessKeys: keys.map(shownToAdministrator) } };
};

export const accessKeyOperations = {
  get_access_keys: list,
  create_access_key1: create,
  get_access_key_by_id1: get,
  delete_access_key_by_id: remove,
  regenerate_access_key_secret: regenerate,
  get_access_keys_administration: listAll,
  delete_access_key_by_id_administration: remove,
};

/** The rules of these operations are not public, so somebody asks. */
function callerOf({ caller }: Context): Caller {
  return caller as Caller;
}

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
  if (thrown instanceof LimitReached) {
    return new Problem(
      'limit_reached',
      `You have ${limit} access keys, which is the most a user may have. Delete one first.`,
    );
  }
  return thrown;
}

/** Another request may have deleted the key since it was looked up. */
async function stillThere(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}
