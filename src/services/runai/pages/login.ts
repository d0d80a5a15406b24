import { renderDocument } from '../../../pages/document.ts';
import { escapeHtml, escapeWithCode } from '../../../pages/html.ts';
import { MAX_NAME_LENGTH, MAX_SENTENCE_LENGTH, PAGE_STYLE, renderMessage, renderPage } from '../../../pages/message.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { shorten } from '../../../text/shorten.ts';
import type { OAuthClient } from '../collections/oauth-clients.ts';
import type { People } from '../people.ts';
import { describeLoopback } from '../redirect-uris.ts';

const STYLE = `${PAGE_STYLE}
.ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1.5rem 3rem; margin-top: 1.5rem; align-items: start }
.ways > form { max-width: 30rem }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600 }
label:first-of-type { margin-top: 0 }
input { width: 100%; padding: .5rem .6rem }
.main { width: 100%; margin-top: 1.25rem; font-weight: 600; border-color: var(--accent); background: var(--accent); color: var(--surface) }
.clients strong, .clients li > span { display: block }`;

export interface LoginPage {
  readonly action: string;
  readonly realm: string;
  readonly clientId: string;
  readonly username: string;
  /** Parameters of the authorization request, repeated as hidden fields. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Error of the last attempt; null on the first. */
  readonly error: string | null;
  /** Users with a one-click login; null if the requester may not read the cast. */
  readonly people: People | null;
}

export function renderLoginPage(options: LoginPage): Outcome<200, Buffer> {
  const { action, realm, clientId, username, hidden, error, people } = options;
  const hiddenInputs = Object.entries(hidden)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n');
  // Focusing the password form would scroll the list above it out of view.
  const hasPeople = people !== null && people.people.length > 0;
  const formStart = `<form method="post" action="${escapeHtml(action)}">\n${hiddenInputs}`;
  return renderPage(
    200,
    `Log in to ${realm}`,
    `<h1>Log in to ${escapeHtml(realm)}</h1>
<p class="quiet">for <code>${escapeHtml(shorten(clientId, MAX_NAME_LENGTH))}</code>, at a mock of the Run:ai control plane</p>
${error === null ? '' : `<p class="fault" role="alert">${escapeWithCode(error)}</p>`}
<div class="ways">
${people === null ? '' : renderPeople(formStart, people)}
${formStart}
${hasPeople ? '<h2>Or log in with a password</h2>' : ''}
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${escapeHtml(username)}"${username === '' && !hasPeople ? ' autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${username === '' ? '' : ' autofocus'}>
<button type="submit" class="main">Log in</button>
</form>
</div>`,
    STYLE,
  );
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
  const inputs = fields.map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const body = `<main>
<form method="post" action="${escapeHtml(uri)}">
${inputs.join('\n')}
<button type="submit" class="main">Continue</button>
</form>
</main>`;
  return renderDocument(200, {
    title: 'Back to the application',
    body,
    style: STYLE,
    script: 'document.forms[0].submit();',
  });
}

/** Maximum number of clients on the page. */
const MAX_LISTED_CLIENTS = 20;
/** Maximum number of redirect URIs per client. */
const MAX_LISTED_URIS = 5;

/** Renders a message and a list of OAuth clients. @param origin prefix of redirect URIs that are paths */
export function renderClientsPage<Status extends number>(
  status: Status,
  message: string,
  clients: readonly OAuthClient[],
  origin: string,
): Outcome<Status, Buffer> {
  const items = clients.slice(0, MAX_LISTED_CLIENTS).map(({ clientId, redirectUris }) => {
    const uris = redirectUris.slice(0, MAX_LISTED_URIS).map((uri) => `<span>${renderUri(uri, origin)}</span>`);
    const more = redirectUris.length - uris.length;
    return `<li><strong><code>${escapeHtml(shorten(clientId, MAX_NAME_LENGTH))}</code></strong>
${uris.join('\n')}${more === 0 ? '' : `\n<span class="quiet">and ${more} more</span>`}</li>`;
  });
  const more = clients.length - items.length;
  const list = `<h2>OAuth clients and their redirect URIs</h2>
<ul class="clients">
${items.join('\n')}
</ul>
${more === 0 ? '' : `<p class="quiet">and ${more} more clients</p>`}`;
  const none = '<p>This world has no OAuth clients for user logins. Add one with <code>--redirect-uri</code>.</p>';
  const title = 'The request failed';
  return renderPage(
    status,
    title,
    `${renderMessage(status, title, message)}\n${clients.length === 0 ? none : list}`,
    STYLE,
  );
}

/** Renders a redirect URI as an absolute URL, and what else it matches. */
function renderUri(uri: string, origin: string): string {
  const whole = shorten(uri.startsWith('/') ? `${origin}${uri}` : uri, MAX_SENTENCE_LENGTH);
  const also = describeLoopback(uri);
  const more = also === null ? '' : ` <span class="quiet">${escapeWithCode(also)}</span>`;
  return `<code>${escapeHtml(whole)}</code>${more}`;
}
