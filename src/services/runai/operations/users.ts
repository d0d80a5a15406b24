import type { OperationOf, Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Lookup, Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { Collision, rejectMissing, StaleDecision } from '../../../store/errors.ts';
import { hashPassword, verifyPassword } from '../../../tokens/password.ts';
import { grantsIn } from '../collections/grants.ts';
import { type Identity, identitiesIn } from '../collections/identities.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import type { Operator } from '../list-filters.ts';
import { selectItems, slicePage } from '../lists.ts';
import { createIdentity } from '../new-identity.ts';
import { endRulesOf } from '../rule-changes.ts';

/** Length of the salt of a password hash, in characters. */
const SALT_LENGTH = 16;
const TEMPORARY_PASSWORD_LENGTH = 16;
/** Default and maximum page size. */
const PAGE_SIZE = 500;

const user: Lookup<Identity> = async ({ store }, id) => {
  const identity = await identitiesIn(store).byId(id);
  return identity?.kind === 'user' ? { found: 'object', target: identity } : { found: 'nothing' };
};

export const userLookups = { user };

/** Operators in the published pattern of this list. */
const FILTER_OPERATORS: readonly Operator[] = ['==', '<=', '>=', '=@'];

/** Returns all last logins, too. `filter` is the former name of `search`. The count has only some of these parameters. */
async function findUsers({ store }: Context, { filter, ...query }: OperationOf<'runai', 'get_users'>['query']) {
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

function createWrongPasswordProblem(): Problem {
  return invalidRequest('Field `currentPassword` is not the current password.');
}

function createNoPasswordProblem(subject: string): Problem {
  return new Problem('bad_state', `${subject} is not a local user, so there is no password to change.`);
}

async function generatePassword({ random }: Context) {
  const password = random.alphanumeric(TEMPORARY_PASSWORD_LENGTH);
  return { password, passwordHash: await hashPassword(password, random.alphanumeric(SALT_LENGTH)) };
}

export const userOperations = {
  get_users: async (context) => {
    const { users, lastLogins } = await findUsers(context, context.query);
    const page = slicePage(users, context.query, PAGE_SIZE);
    return { status: 200, body: page.map((identity) => renderUser(identity, lastLogins)) };
  },
  create_user: async (context) => {
    const { email } = context.body;
    const { password: tempPassword, passwordHash } = await generatePassword(context);
    const identity = { ...createIdentity(context, 'user', email, context.caller.principal.name), passwordHash };
    try {
      await identitiesIn(context.store).create(identity);
    } catch (thrown) {
      if (!(thrown instanceof Collision)) throw thrown;
      throw new Problem('conflict', `There is already a user \`${email}\`. Choose another e-mail address.`);
    }
    return { status: 201, body: { id: identity.id, username: email, tempPassword } };
  },
  count_users: async (context) => ({
    status: 200,
    body: { count: (await findUsers(context, context.query)).users.length },
  }),
  get_user_by_id: async ({ store, target }: AuthenticatedContext<Identity>) => ({
    status: 200,
    body: renderUser(target, await identitiesIn(store).lastLogins()),
  }),
  delete_user_by_id: async (context: AuthenticatedContext<Identity>) => {
    const { target } = context;
    await endRulesOf(context, target);
    await rejectMissing(identitiesIn(context.store).delete(target.id));
    return { status: 204 };
  },
  /** Ends all logins of the user. Tokens of access keys stay valid, because no login issued them. */
  logout_user: async (context: AuthenticatedContext<Identity>) => {
    await grantsIn(context.store).endAllOf(context.target.id, context.now, lastExpiryOf(context));
    return { status: 200 };
  },
  reset_user_password: async (context: AuthenticatedContext<Identity>) => {
    const { id, isLocal, name } = context.target;
    if (!isLocal) throw createNoPasswordProblem(`\`${name}\``);
    const { password: tempPassword, passwordHash } = await generatePassword(context);
    await rejectMissing(identitiesIn(context.store).edit(id, { passwordHash }, context.now));
    return { status: 200, body: { tempPassword } };
  },
  /** Changes the password of the caller, if it has not changed since the request was checked. */
  change_user_password: async (context) => {
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
  },
} satisfies Partial<Operations<'runai'>>;

function renderUser(identity: Identity, lastLogins: ReadonlyMap<string, Instant>): Schema<'runai', 'User'> {
  const { id, name, createdBy, createdAt, updatedAt, isLocal, groups } = identity;
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
