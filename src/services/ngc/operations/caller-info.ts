import type { Handler } from '../../../contract/request.ts';
import { findKey } from '../../../ngc-keys/key-bearer.ts';
import { namedUuid } from '../../../platform/random.ts';
import { productPolicies } from '../view.ts';
import { success } from './keys.ts';

/** Answers with the owner of a key, which is in the form and not in a header. */
const getCallerInfo: Handler<'ngc', 'getCallerInfo'> = async (context) => {
  const { credentials } = context.body;
  const { key, organization, roles } = await findKey(credentials, context);
  const products = productPolicies(context.rulesets, key.services, null).map(({ product }) => product);
  const common = { requestStatus: success(context), orgName: key.org, products };
  if (key.user === null) {
    return { status: 200, body: { ...common, type: 'SERVICE_KEY', userId: organization.ncaId } };
  }
  const [name = key.user] = key.user.split('@');
  const userId = namedUuid(`ngc-user:${key.org}:${key.user}`);
  return {
    status: 200,
    body: {
      ...common,
      type: 'PERSONAL_KEY',
      userId,
      user: {
        id: userId,
        name,
        email: key.user,
        roles: [{ org: { name: key.org, displayName: key.org, type: 'ENTERPRISE' }, orgRoles: roles }],
      },
    },
  };
};

export const callerInfoOperations = { getCallerInfo };
