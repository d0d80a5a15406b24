import type { Handler } from '../../../contract/request.ts';
import { findKey } from '../../ngc-keys/key-bearer.ts';
import { renderPolicies, renderUser } from '../view.ts';
import { createSuccessStatus } from './keys.ts';

/** Returns the owner of a key. The key is in the form, not in a header. */
const getCallerInfo: Handler<'ngc', 'getCallerInfo'> = async (context) => {
  const { credentials } = context.body;
  const { key, organization, roles } = await findKey(credentials, context);
  const products = renderPolicies(context.rulesets, key.services, null).map(({ product }) => product);
  const common = { requestStatus: createSuccessStatus(context), orgName: key.org, products };
  if (key.user === null) {
    return { status: 200, body: { ...common, type: 'SERVICE_KEY', userId: organization.ncaId } };
  }
  const user = renderUser({ org: key.org, email: key.user, roles });
  return { status: 200, body: { ...common, type: 'PERSONAL_KEY', userId: user.id, user } };
};

export const callerInfoOperations = { getCallerInfo };
