import { escapeHtml, escapeWithCode, LOOK, shorten } from '../../../core/html.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { renderDocument } from '../../../pages/document.ts';

const STYLE = `${LOOK}
main { max-width: 40rem; margin: 0 auto; padding: clamp(1rem, 6vh, 4rem) 1rem }
button { padding: .5rem .8rem }
ul { list-style: none; margin: 1rem 0; padding: 0 }
li { padding: .6rem 0; border-top: 1px solid var(--line) }
li button { max-width: 100%; text-align: left; font-weight: 600; color: var(--accent); overflow-wrap: anywhere }
li span { display: block; margin-top: .3rem; color: var(--quiet) }`;

/** Longer names and sentences are cut. */
const MAX_NAME = 120;
const MAX_SENTENCE = 300;

/** A user who can confirm the login. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly org: string;
  readonly roles: readonly string[];
}

/** The content of the page. */
export interface DeviceLoginPage {
  readonly action: string;
  readonly email: string;
  readonly deviceId: string;
  /** Null if the requester may not read the cast. */
  readonly people: readonly Person[] | null;
  /** The number of users that are not listed. */
  readonly more: number;
}

export function deviceLoginPage({ action, email, deviceId, people, more }: DeviceLoginPage): Outcome<200, Buffer> {
  return page(
    200,
    'Log in to NGC',
    `<h1>Log in to NGC</h1>
<p class="quiet">A program started a login for <code>${escapeHtml(shorten(email, MAX_NAME))}</code> on the device <code>${escapeHtml(shorten(deviceId, MAX_NAME))}</code>, at a mock of NGC. Then go back to the program.</p>
${people === null ? '<p class="fault" role="alert">This page may not list the users: the server has an admin token, or was called under a foreign host name. Confirm the login with <code>POST /_mock/device-logins/{deviceId}/confirm</code>.</p>' : renderPeople(action, people, more)}`,
  );
}

function renderPeople(action: string, people: readonly Person[], more: number): string {
  if (people.length === 0) return '<p>This world has no user of NGC.</p>';
  const items = people.map(
    ({ id, email, org, roles }, index) =>
      `<li><button name="user" value="${escapeHtml(id)}" aria-describedby="is-${index}">${escapeHtml(shorten(email, MAX_NAME))}</button>
<span id="is-${index}">${escapeHtml(shorten(`${org}: ${roles.length === 0 ? 'no role' : roles.join(', ')}`, MAX_SENTENCE))}</span></li>`,
  );
  return `<form method="post" action="${escapeHtml(action)}">
<h2>Log in as one of these users</h2>
<ul>
${items.join('\n')}
</ul>
${more === 0 ? '' : `<p class="quiet">${more} more can be chosen with <code>POST /_mock/device-logins/{deviceId}/confirm</code>.</p>`}
</form>`;
}

export function messagePage<Status extends number>(
  status: Status,
  title: string,
  message: string,
): Outcome<Status, Buffer> {
  const isFault = status >= 400;
  return page(
    status,
    title,
    `<h1>${escapeHtml(title)}</h1>\n<p${isFault ? ' class="fault" role="alert"' : ''}>${escapeWithCode(message)}</p>`,
  );
}

function page<Status extends number>(status: Status, title: string, main: string): Outcome<Status, Buffer> {
  return renderDocument(status, { title, body: `<main>\n${main}\n</main>`, style: STYLE });
}
