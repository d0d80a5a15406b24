import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Lookup, Operations } from '../../../contract/request.ts';
import { Problem, unauthenticatedProblem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { addWorldToClientId } from '../../../lib/world-id.ts';
import { Collision, LimitReached, NotFound, rejectMissing } from '../../../store/errors.ts';
import { type AccessKey, accessKeysIn } from '../collections/access-keys.ts';
import { generateSecret, revokeTokensOfSecret } from '../secrets.ts';

/** In hexadecimal digits. */
const CLIENT_ID_LENGTH = 16;

export const accessKeyLookups = {
  /** A key of another owner is `foreign`. */
  ownAccessKey: async (context, id) => {
    const key = await accessKeysIn(context.store).byId(id);
    if (key === null) return { found: 'nothing' };
    return key.owner === context.caller.principal.id
      ? { found: 'object', target: key }
      : { found: 'foreign', owner: key.createdBy };
  },
  /** For administrators. */
  anyAccessKey: async ({ store }, id) => {
    const key = await accessKeysIn(store).byId(id);
    return key === null ? { found: 'nothing' } : { found: 'object', target: key };
  },
} satisfies Readonly<Record<string, Lookup<AccessKey>>>;

/** `maxItems` of both lists. They have no pages. */
const MAX_LISTED = 100;

/** Reports a list that is incomplete. The client cannot notice it, because the list has no pages. */
function reportTruncation({ hints }: AuthenticatedContext, count: number): void {
  if (count <= MAX_LISTED) return;
  const message = `A list of access keys contains only the oldest ${MAX_LISTED} and has no pages: ${count - MAX_LISTED} keys are missing from the response. Delete keys that you do not need.`;
  hints.add('list_cut', message);
}

/** Creates an access key of the caller, and returns it with its secret. @throws Problem if it cannot be created */
async function createKey(context: AuthenticatedContext, name: string) {
  const { store, random, now, settings } = context;
  const { principal } = context.caller;
  const { secret: clientSecret, secretHash } = generateSecret(context);
  const id = random.uuid();
  const clientId = addWorldToClientId(random.hex(CLIENT_ID_LENGTH), context.world.id);
  try {
    await accessKeysIn(store).create(
      { id, owner: principal.id, createdBy: principal.name, name, clientId, secretHash, createdAt: now },
      settings.runaiKeyLimit,
    );
  } catch (thrown) {
    if (thrown instanceof Collision) throw new Problem('conflict', `You already have an access key named \`${name}\`.`);
    if (thrown instanceof NotFound) {
      throw unauthenticatedProblem('unknown_subject', 'The owner of the access token does not exist.');
    }
    if (!(thrown instanceof LimitReached)) throw thrown;
    const message = `You have ${settings.runaiKeyLimit} access keys, the maximum per user. Delete one first.`;
    throw new Problem('limit_reached', message);
  }
  return { id, name, clientId, clientSecret, createdAt: now };
}

async function get(context: AuthenticatedContext<AccessKey>): Promise<Outcome<200, RenderedKey>> {
  return { status: 200, body: (await createRenderer(context))(context.target) };
}

async function remove(context: AuthenticatedContext<AccessKey>): Promise<Outcome<204, undefined>> {
  const { id, owner, secretHash } = context.target;
  await rejectMissing(accessKeysIn(context.store).delete(id));
  await revokeTokensOfSecret(context, owner, secretHash);
  return { status: 204 };
}

async function regenerate(
  context: AuthenticatedContext<AccessKey>,
): Promise<Outcome<200, { readonly clientSecret: string }>> {
  const { target } = context;
  const { secret: clientSecret, secretHash } = generateSecret(context);
  await rejectMissing(accessKeysIn(context.store).replaceSecret(target.id, secretHash));
  await revokeTokensOfSecret(context, target.owner, target.secretHash);
  return { status: 200, body: { clientSecret } };
}

export const accessKeyOperations = {
  get_access_keys: async (context) => {
    const keys = await accessKeysIn(context.store).ofOwner(context.caller.principal.id);
    reportTruncation(context, keys.length);
    return { status: 200, body: { accessKeys: keys.slice(0, MAX_LISTED).map(await createRenderer(context)) } };
  },
  create_access_key1: async (context) => {
    const { createdAt, ...key } = await createKey(context, context.body.name);
    return { status: 201, body: { ...key, createdAt: rfc3339(createdAt) } };
  },
  get_access_key_by_id1: get,
  delete_access_key_by_id: remove,
  regenerate_access_key_secret: regenerate,
  get_access_keys_administration: async (context) => {
    const keys = await accessKeysIn(context.store).all(context.query);
    reportTruncation(context, keys.length);
    const render = await createRenderer(context);
    return { status: 200, body: { accessKeys: keys.slice(0, MAX_LISTED).map((key) => addCreator(render(key), key)) } };
  },
  delete_access_key_by_id_administration: remove,
  /** User applications are the former API of access keys, with a different format. */
  get_user_applications: async (context) => {
    const keys = await accessKeysIn(context.store).ofOwner(context.caller.principal.id);
    return { status: 200, body: keys.map(await createRenderer(context)) };
  },
  create_user_application: async (context) => {
    const { clientSecret: secret, createdAt, ...key } = await createKey(context, context.body.name);
    return { status: 201, body: { ...key, secret, createdAt: rfc3339(createdAt) } };
  },
  get_user_application_by_id: get,
  delete_user_application_by_id: remove,
  regenerate_user_application_secret: regenerate,
  get_user_applications_administration: async (context) => {
    const keys = await accessKeysIn(context.store).all(context.query);
    const render = await createRenderer(context);
    return { status: 200, body: keys.map((key) => addCreator(render(key), key)) };
  },
  delete_user_application_by_id_administration: remove,
} satisfies Partial<Operations<'runai'>>;

type RenderedKey = Schema<'runai', 'AccessKey1'>;

/** Returns a function that renders a key as in responses, without its secret. */
async function createRenderer({ store }: Context): Promise<(key: AccessKey) => RenderedKey> {
  const lastLogins = await accessKeysIn(store).lastLogins();
  return ({ id, name, clientId, createdAt }) => {
    const lastLogin = lastLogins.get(id);
    return {
      id,
      name,
      clientId,
      createdAt: rfc3339(createdAt),
      lastLogin: lastLogin === undefined ? null : rfc3339(lastLogin),
    };
  };
}

function addCreator(rendered: RenderedKey, { createdBy }: AccessKey) {
  return { ...rendered, createdBy };
}
