import type { Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { escapeHtml, MAX_NAME_LENGTH, MAX_SENTENCE_LENGTH, renderMessagePage, renderPage } from '../../../lib/pages.ts';
import { shorten } from '../../../lib/redact.ts';
import {
  confirmDeviceLogin,
  findDeviceLogin,
  startDeviceLogin,
  unknownDeviceProblem,
} from '../../ngc-keys/device-logins.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { type NgcUser, userIdOf } from '../../ngc-keys/records.ts';

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

type PageUser = NgcUser & { readonly id: string };

interface DeviceLoginPage {
  readonly action: string;
  readonly email: string;
  readonly deviceId: string;
  /** Null if the requester may not read the cast. */
  readonly people: readonly PageUser[] | null;
  readonly unlistedCount: number;
}

function renderDeviceLoginPage({
  action,
  email,
  deviceId,
  people,
  unlistedCount,
}: DeviceLoginPage): Outcome<200, Buffer> {
  return renderPage(
    200,
    'Log in to NGC',
    `<h1>Log in to NGC</h1>
<p class="quiet">A program on the device <code>${escapeHtml(shorten(deviceId, MAX_NAME_LENGTH))}</code> wants to log in as <code>${escapeHtml(shorten(email, MAX_NAME_LENGTH))}</code>, at a mock of NGC. Choose a user, then return to the program.</p>
${people === null ? '<p class="fault" role="alert">The users are not listed because the server has an admin token or does not know the host name of this address. Confirm the login with <code>POST /_mock/device-logins/{deviceId}/confirm</code>.</p>' : renderPeople(action, people, unlistedCount)}`,
  );
}

function renderPeople(action: string, people: readonly PageUser[], unlistedCount: number): string {
  if (people.length === 0) return '<p>This world has no NGC users.</p>';
  const items = people.map(
    ({ id, email, org, roles }, index) =>
      `<li><button name="user" value="${escapeHtml(id)}" aria-describedby="is-${index}">${escapeHtml(shorten(email, MAX_NAME_LENGTH))}</button>
<span id="is-${index}">${escapeHtml(shorten(`${org}: ${roles.length === 0 ? 'no role' : roles.join(', ')}`, MAX_SENTENCE_LENGTH))}</span></li>`,
  );
  return `<form method="post" action="${escapeHtml(action)}">
<h2>Log in as one of these users</h2>
<ul class="people">
${items.join('\n')}
</ul>
${unlistedCount === 0 ? '' : `<p class="quiet">For ${unlistedCount} more users, call <code>POST /_mock/device-logins/{deviceId}/confirm</code>.</p>`}
</form>`;
}
