import type { OperationOf, Schema } from '../../../contract/documented.ts';
import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { Collision, rejectMissing, StaleDecision } from '../../../store/errors.ts';
import { hashPassword, verifyPassword } from '../../../tokens/password.ts';
import { grantsIn } from '../collections/grants.ts';
import { type Identity, identitiesIn } from '../collections/identities.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import type { Operator } from '../list-filters.ts';
import { selectItems, slicePage } from '../lists.ts';
import { createUser } from '../new-identity.ts';
import { endRulesOf } from '../rule-changes.ts';

/** Length of the salt of a password hash, in characters. */
const SALT_LENGTH = 16;
const TEMPORARY_PASSWORD_LENGTH = 16;
/** Default and maximum page size. */
const PAGE_SIZE = 500;

const findUser: Lookup<Identity> = async ({ store }, id) => {
  const identity = await identitiesIn(store).byId(id);
  return identity?.kind === 'user' ? { found: 'object', target: identity } : { found: 'nothing' };
};

export const userLookups = { user: findUser };

/** When each user was last issued a token, by id. */
type LastLogins = ReadonlyMap<string, Instant>;

/** Operators in the published pattern of this list. */
const FILTER_OPERATORS: readonly Operator[] = ['==', '<=', '>=', '=@'];

/** The query of the list. The count supports only some of its members. */
type UserQuery = OperationOf<'runai', 'get_users'>['query'];

/** Returns the users that match a query, and all last logins. `filter` is the former name of `search`. */
async function findUsers({ store }: Context, { filter, ...query }: UserQuery) {
  const identities = identitiesIn(store);
  const lastLogins = await identities.lastLogins();
  const search = query.search ?? filter;
  const users = selectItems(
    await identities.all('user'),
    { ...query, ...(search !== undefined && { search }) },
    {
      username: { kind: 'text', read: ({ name }) => name },
      createdBy: { kind: 'text', read: ({ createdBy }) => createdBy },
      lastLogin: { kind: 'time', read: ({ id }) => lastLogins.get(id) ?? null },
      creationTime: { kind: 'time', read: ({ createdAt }) => createdAt },
      lastUpdated: { kind: 'time', read: ({ updatedAt }) => updatedAt },
      isLocal: { kind: 'boolean', read: ({ isLocal }) => isLocal },
      type: { kind: 'text', read: ({ isLocal }) => (isLocal ? 'local' : 'sso'), isSortOnly: true },
    },
    ['username'],
    FILTER_OPERATORS,
  );
  return { users, lastLogins };
}

const list: Handler<'runai', 'get_users'> = async (context) => {
  const { users, lastLogins } = await findUsers(context, context.query);
  const page = slicePage(users, context.query, PAGE_SIZE);
  return { status: 200, body: page.map((user) => renderUser(user, lastLogins)) };
};

const count: Handler<'runai', 'count_users'> = async (context) => ({
  status: 200,
  body: { count: (await findUsers(context, context.query)).users.length },
});

const get: Handler<'runai', 'get_user_by_id', Identity> = async ({ store, target }) => ({
  status: 200,
  body: renderUser(target, await identitiesIn(store).lastLogins()),
});

const create: Handler<'runai', 'create_user'> = async (context) => {
  const { email } = context.body;
  const { password: tempPassword, passwordHash } = await generatePassword(context);
  const user = { ...createUser(context, email, context.caller.principal.name), passwordHash };
  try {
    await identitiesIn(context.store).create(user);
  } catch (thrown) {
    throw thrown instanceof Collision
      ? new Problem('conflict', `There is already a user \`${email}\`. Choose another e-mail address.`)
      : thrown;
  }
  return { status: 201, body: { id: user.id, username: email, tempPassword } };
};

const remove: Handler<'runai', 'delete_user_by_id', Identity> = async (context) => {
  const { target } = context;
  await endRulesOf(context, target);
  await rejectMissing(identitiesIn(context.store).delete(target.id));
  return { status: 204 };
};

/** Ends all logins of the user. Tokens of access keys stay valid, because no login issued them. */
const logOut: Handler<'runai', 'logout_user', Identity> = async (context) => {
  await grantsIn(context.store).endAllOf(context.target.id, context.now, lastExpiryOf(context));
  return { status: 200 };
};

const resetPassword: Handler<'runai', 'reset_user_password', Identity> = async (context) => {
  const { id, isLocal, name } = context.target;
  if (!isLocal) throw createNoPasswordProblem(`\`${name}\``);
  const { password: tempPassword, passwordHash } = await generatePassword(context);
  await rejectMissing(identitiesIn(context.store).edit(id, { passwordHash }, context.now));
  return { status: 200, body: { tempPassword } };
};

/** Changes the password of the caller, if it has not changed since the request was checked. */
const changePassword: Handler<'runai', 'change_user_password'> = async (context) => {
  const { store, now } = context;
  const { currentPassword, newPassword } = context.body;
  const identity = await identitiesIn(store).byId(context.caller.principal.id);
  if (identity?.kind !== 'user' || !identity.isLocal) throw createNoPasswordProblem('The caller');
  if (!(await verifyPassword(currentPassword, identity.passwordHash))) throw createWrongPasswordProblem();
  const passwordHash = await hashPassword(newPassword, context.random.alphanumeric(SALT_LENGTH));
  const premise = { passwordHash: identity.passwordHash };
  try {
    await rejectMissing(identitiesIn(store).edit(identity.id, { passwordHash }, now, premise));
  } catch (thrown) {
    throw thrown instanceof StaleDecision ? createWrongPasswordProblem() : thrown;
  }
  // The documented members of the response are optional, and contain passwords.
  return { status: 200, body: {} };
};

function createWrongPasswordProblem(): Problem {
  return new Problem('invalid_request', 'Field `currentPassword` is not the current password.');
}

function createNoPasswordProblem(subject: string): Problem {
  return new Problem('bad_state', `${subject} is not a local user, so there is no password to change.`);
}

/** Generates a temporary password and its hash. */
async function generatePassword({ random }: Context) {
  const password = random.alphanumeric(TEMPORARY_PASSWORD_LENGTH);
  return { password, passwordHash: await hashPassword(password, random.alphanumeric(SALT_LENGTH)) };
}

export const userOperations = {
  get_users: list,
  create_user: create,
  count_users: count,
  get_user_by_id: get,
  delete_user_by_id: remove,
  logout_user: logOut,
  reset_user_password: resetPassword,
  change_user_password: changePassword,
};

function renderUser(user: Identity, lastLogins: LastLogins): Schema<'runai', 'User'> {
  const { id, name, createdBy, createdAt, updatedAt, isLocal, groups } = user;
  const lastLogin = lastLogins.get(id);
  return {
    id,
    username: name,
    createdBy: createdBy ?? '',
    createdAt: rfc3339(createdAt),
    updatedAt: updatedAt === null ? null : rfc3339(updatedAt),
    lastLogin: lastLogin === undefined ? null : rfc3339(lastLogin),
    isLocal,
    ...(groups.length > 0 && { groups }),
  };
}
