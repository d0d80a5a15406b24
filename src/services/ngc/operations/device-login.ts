import type { Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { renderMessagePage } from '../../../lib/pages.ts';
import {
  confirmDeviceLogin,
  findDeviceLogin,
  startDeviceLogin,
  unknownDeviceProblem,
} from '../../ngc-keys/device-logins.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { userIdOf } from '../../ngc-keys/records.ts';
import { renderDeviceLoginPage } from '../pages/device-login.ts';

const MAX_LISTED_USERS = 20;

function createRefusalPage<Status extends 400 | 403 | 404>(status: Status, title: string, refusal: Problem) {
  return { ...renderMessagePage(status, title, refusal.message), refusal };
}

export const deviceLoginOperations = {
  startDeviceLogin: async (context) => {
    const { deviceId, email } = context.body;
    const sessionKey = await startDeviceLogin(context, { deviceId, email }, context.world.grantMark);
    return { status: 200, body: { loginUrl: `${context.openOrigin}/device/login/${deviceId}`, sessionKey } };
  },
  /** The page at `loginUrl`. */
  showDeviceLogin: async (context) => {
    const login = await findDeviceLogin(context, context.params.deviceId);
    if (login === null) return createRefusalPage(404, 'Unknown login', unknownDeviceProblem());
    const { email, deviceId } = login;
    const users = context.mayReadCast ? await ngcKeysIn(context.store).listUsers() : [];
    // The user who started the login comes first.
    const sorted = users.toSorted((first, second) => Number(second.email === email) - Number(first.email === email));
    const people = sorted.slice(0, MAX_LISTED_USERS).map((user) => ({ id: userIdOf(user), ...user }));
    return renderDeviceLoginPage({
      action: `${new URL(context.openOrigin).pathname.replace(/\/$/, '')}/device/login/${deviceId}`,
      email,
      deviceId,
      people: context.mayReadCast ? people : null,
      unlistedCount: sorted.length - people.length,
    });
  },
  /** Handles the form. Choosing a user is enough, because NGC users have no passwords in the mock. */
  confirmDeviceLogin: async (context) => {
    if (!context.mayReadCast) {
      const message =
        'This server does not allow logins without a password, because it has an admin token or the request used another host name.';
      return createRefusalPage(403, 'Not allowed', new Problem('no_admin_token', message));
    }
    const { deviceId } = context.params;
    if ((await findDeviceLogin(context, deviceId)) === null)
      return createRefusalPage(404, 'Unknown login', unknownDeviceProblem());
    const user = await ngcKeysIn(context.store).findUserById(context.body.user);
    if (user === null) {
      return createRefusalPage(400, 'Unknown user', invalidRequest('Field `user` is not the id of an NGC user.'));
    }
    try {
      await confirmDeviceLogin(context, deviceId, user);
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      return createRefusalPage(404, 'Unknown login', thrown);
    }
    return renderMessagePage(200, 'Logged in', `You are logged in as ${user.email}. Return to the program.`);
  },
} satisfies Partial<Operations<'ngc'>>;
