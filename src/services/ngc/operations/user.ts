import type { Context, Operations } from '../../../contract/request.ts';
import { Problem, unauthenticatedProblem } from '../../../decisions/problem.ts';
import { readBearerToken } from '../../../tokens/bearer.ts';
import { findUserOfSession } from '../../ngc-keys/device-logins.ts';
import { createSuccessStatus } from '../../ngc-keys/envelope.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { findKey } from '../../ngc-keys/key-bearer.ts';
import { findApiKey, NGC_KEY_PREFIX } from '../../ngc-keys/key-text.ts';
import type { NgcUser } from '../../ngc-keys/records.ts';
import { mintUserToken, principalOfUser } from '../../ngc-keys/user-token.ts';
import { renderPolicies, renderUser } from '../view.ts';

async function authenticateUser(context: Context): Promise<Pick<NgcUser, 'org' | 'email'>> {
  const lines = context.headerLines('authorization');
  const apiKey = lines.length === 1 ? findApiKey(lines[0] ?? '') : null;
  if (apiKey !== null) {
    const { key } = await findKey(apiKey, context);
    if (key.user !== null) return { org: key.org, email: key.user };
    const message = 'A service key has no user, so it cannot be exchanged for a user token. Use a personal key.';
    throw unauthenticatedProblem('key_without_user', message);
  }
  const text = readBearerToken(lines);
  if (text.startsWith(NGC_KEY_PREFIX)) {
    throw unauthenticatedProblem('key_as_session', 'To exchange a key, send it as `Authorization: ApiKey nvapi-...`.');
  }
  return findUserOfSession(context, text, context.headerLines('x-device-id').join(', ') || undefined);
}

export const userOperations = {
  /** Exchanges the session key of a device login, or a personal key, for a user token. */
  getToken: async (context) => {
    const user = await authenticateUser(context);
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      principal: principalOfUser(user),
      body: { token: await mintUserToken(context, user) },
    };
  },
  getCurrentUser: async (context) => {
    const { org = '', user: email } = context.caller.principal;
    const user = email === undefined ? null : await ngcKeysIn(context.store).findUser(org, email);
    // Personal keys always have a user, and the rule refuses service keys.
    if (user === null) throw new Problem('not_found', 'The caller is not a user.');
    return { status: 200, body: { requestStatus: createSuccessStatus(context), user: renderUser(user) } };
  },
} satisfies Partial<Operations<'ngc'>>;

export const callerInfoOperations = {
  /** Returns the owner of a key. The key is in the form, not in a header. */
  getCallerInfo: async (context) => {
    const { credentials } = context.body;
    const { key, organization, roles } = await findKey(credentials, context);
    const products = renderPolicies(context.rulesets, key.services, null).map(({ product }) => product);
    const common = { requestStatus: createSuccessStatus(context), orgName: key.org, products };
    if (key.user === null) {
      return { status: 200, body: { ...common, type: 'SERVICE_KEY', userId: organization.ncaId } };
    }
    const user = renderUser({ org: key.org, email: key.user, roles });
    return { status: 200, body: { ...common, type: 'PERSONAL_KEY', userId: user.id, user } };
  },
} satisfies Partial<Operations<'ngc'>>;
