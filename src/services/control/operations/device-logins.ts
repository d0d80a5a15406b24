import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { confirmDeviceLogin, findUser } from '../../../ngc-keys/device-logins.ts';
import { userIdOf } from '../../../ngc-keys/user-token.ts';

/** Confirms a login on a device without a browser. */
const confirm: Handler<'control', 'confirm_device_login'> = async (context) => {
  const { principal } = context.body;
  const user = await findUser(context, principal);
  if (user === null) {
    throw new Problem(
      'invalid_request',
      `Field \`principal\` names nobody: \`${principal.slice(0, 100)}\`. Use the e-mail address of a user of NGC, or a personal key of \`GET /_mock/cast\`.`,
    );
  }
  const { deviceId, email } = await confirmDeviceLogin(context, context.params.deviceId, user);
  return { status: 200, body: { deviceId, email, user: { id: userIdOf(user), org: user.org, email: user.email } } };
};

export const deviceLoginOperations = { confirm_device_login: confirm };
