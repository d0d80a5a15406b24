import type { Outcome } from '../../../decisions/responses/outcome.ts';
import {
  escapeHtml,
  escapeWithCode,
  MAX_NAME_LENGTH,
  MAX_SENTENCE_LENGTH,
  PAGE_STYLE,
  renderDocument,
  renderPage,
} from '../../../lib/pages.ts';
import { shorten } from '../../../lib/redact.ts';
import type { People } from '../people.ts';

export const LOGIN_STYLE = `${PAGE_STYLE}
.ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1.5rem 3rem; margin-top: 1.5rem; align-items: start }
.ways > form { max-width: 30rem }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600 }
label:first-of-type { margin-top: 0 }
input { width: 100%; padding: .5rem .6rem }
.main { width: 100%; margin-top: 1.25rem; font-weight: 600; border-color: var(--accent); background: var(--accent); color: var(--surface) }
.clients strong, .clients li > span { display: block }`;

export interface LoginPage {
  /** URL that the forms are sent to. */
  readonly action: string;
  readonly realm: string;
  readonly clientId: string;
  /** Initial content of the field for the e-mail address. */
  readonly username: string;
  /** Parameters of the authorization request, repeated as hidden fields. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Error of the last attempt; null on the first. */
  readonly error: string | null;
  /** Users with a one-click login; null if the requester may not read the cast. */
  readonly people: People | null;
}

export function renderLoginPage(content: LoginPage): Outcome<200, Buffer> {
  const { action, realm, clientId, hidden, error, people } = content;
  const formStart = `<form method="post" action="${escapeHtml(action)}">\n${renderHiddenInputs(Object.entries(hidden))}`;
  return renderPage(
    200,
    `Log in to ${realm}`,
    `<h1>Log in to ${escapeHtml(realm)}</h1>
<p class="quiet">for <code>${escapeHtml(shorten(clientId, MAX_NAME_LENGTH))}</code>, at a mock of the Run:ai control plane</p>
${error === null ? '' : `<p class="fault" role="alert">${escapeWithCode(error)}</p>`}
<div class="ways">
${people === null ? '' : renderPeople(formStart, people)}
${renderPasswordForm(formStart, content)}
</div>`,
    LOGIN_STYLE,
  );
}

function renderHiddenInputs(fields: readonly (readonly [name: string, value: string])[]): string {
  return fields
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
}

/**
 * Renders the form for name and password. Focuses the password if the name is known, else the name, unless a list of
 * users is above it.
 */
function renderPasswordForm(formStart: string, { username, people }: LoginPage): string {
  const hasPeople = people !== null && people.people.length > 0;
  const usernameFocus = username === '' && !hasPeople ? ' autofocus' : '';
  const passwordFocus = username === '' ? '' : ' autofocus';
  return `${formStart}
${hasPeople ? '<h2>Or log in with a password</h2>' : ''}
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${escapeHtml(username)}"${usernameFocus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${passwordFocus}>
<button type="submit" class="main">Log in</button>
</form>`;
}

/** Renders one button per user, in a separate form: the other form requires a name and a password. */
function renderPeople(formStart: string, { people, moreCount }: People): string {
  if (people.length === 0) return '<p class="quiet">No user of this world can log in with a password.</p>';
  const items = people.map(
    ({ id, name, rights }, index) =>
      `<li><button name="user" value="${escapeHtml(id)}" aria-describedby="may-${index}">${escapeHtml(shorten(name, MAX_NAME_LENGTH))}</button>
<span id="may-${index}">${escapeHtml(shorten(rights, MAX_SENTENCE_LENGTH))}</span></li>`,
  );
  const rest = `${moreCount === 1 ? 'There is 1 more user' : `There are ${moreCount} more users`} who can log in with name and password.`;
  return `${formStart}
<h2>Log in as one of these users</h2>
<p class="quiet">One click logs in, without a password.</p>
<ul class="people">
${items.join('\n')}
</ul>
${moreCount === 0 ? '' : `<p class="quiet">${rest}</p>`}
</form>`;
}

/** Renders a form that submits itself to the client (OAuth 2.0 Form Post Response Mode, 2). */
export function renderFormPostPage(
  uri: string,
  fields: readonly (readonly [name: string, value: string])[],
): Outcome<200, Buffer> {
  const body = `<main>
<form method="post" action="${escapeHtml(uri)}">
${renderHiddenInputs(fields)}
<button type="submit" class="main">Continue</button>
</form>
</main>`;
  return renderDocument(200, {
    title: 'Back to the application',
    body,
    style: LOGIN_STYLE,
    script: 'document.forms[0].submit();',
  });
}
