import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { escapeHtml, MAX_NAME_LENGTH, MAX_SENTENCE_LENGTH, renderPage } from '../../../lib/pages.ts';
import { shorten } from '../../../lib/redact.ts';
import type { NgcUser } from '../../ngc-keys/records.ts';

type PageUser = NgcUser & { readonly id: string };

interface DeviceLoginPage {
  readonly action: string;
  readonly email: string;
  readonly deviceId: string;
  /** Null if the requester may not read the cast. */
  readonly people: readonly PageUser[] | null;
  readonly unlistedCount: number;
}

export function renderDeviceLoginPage({
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
