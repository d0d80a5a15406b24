import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { confirmDeviceLogin, findUserByIdentifier } from '../../ngc-keys/device-logins.ts';
import { userIdOf } from '../../ngc-keys/records.ts';

/** Confirms a login on a device without a browser. */
const confirm: Handler<'control', 'confirm_device_login'> = async (context) => {
  const { principal } = context.body;
  const user = await findUserByIdentifier(context, principal);
  if (user === null) {
    throw new Problem(
      'invalid_request',
      `Field \`principal\` is \`${principal.slice(0, 100)}\`, which matches no NGC user. Send an e-mail address, or the name or id of a personal key from \`GET /_mock/cast\`; service keys have no user.`,
    );
  }
  const { deviceId, email } = await confirmDeviceLogin(context, context.params.deviceId, user);
  return { status: 200, body: { deviceId, email, user: { id: userIdOf(user), org: user.org, email: user.email } } };
};

export const deviceLoginOperations = { confirm_device_login: confirm };
