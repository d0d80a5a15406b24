import type { Outcome } from '../../../decisions/responses/outcome.ts';
import {
  escapeHtml,
  escapeWithCode,
  MAX_NAME_LENGTH,
  MAX_SENTENCE_LENGTH,
  renderMessage,
  renderPage,
} from '../../../lib/pages.ts';
import { shorten } from '../../../lib/redact.ts';
import type { OAuthClient } from '../collections/oauth-clients.ts';
import { describeLoopback } from '../redirect-uris.ts';
import { LOGIN_STYLE } from './login.ts';

const MAX_LISTED_CLIENTS = 20;
const MAX_LISTED_URIS = 5;

/** Renders an error page with a list of OAuth clients. @param origin prefix of redirect URIs that are paths */
export function renderClientsPage<Status extends number>(
  status: Status,
  message: string,
  clients: readonly OAuthClient[],
  origin: string,
): Outcome<Status, Buffer> {
  const title = 'The request failed';
  const body = `${renderMessage(status, title, message)}\n${renderClients(clients, origin)}`;
  return renderPage(status, title, body, LOGIN_STYLE);
}

function renderClients(clients: readonly OAuthClient[], origin: string): string {
  if (clients.length === 0) {
    return '<p>This world has no OAuth clients for user logins. Add one with <code>--redirect-uri</code>.</p>';
  }
  const items = clients.slice(0, MAX_LISTED_CLIENTS).map((client) => renderClient(client, origin));
  const moreCount = clients.length - items.length;
  return `<h2>OAuth clients and their redirect URIs</h2>
<ul class="clients">
${items.join('\n')}
</ul>
${moreCount === 0 ? '' : `<p class="quiet">and ${moreCount} more clients</p>`}`;
}

function renderClient({ clientId, redirectUris }: OAuthClient, origin: string): string {
  const uris = redirectUris.slice(0, MAX_LISTED_URIS).map((uri) => `<span>${renderUri(uri, origin)}</span>`);
  const moreCount = redirectUris.length - uris.length;
  return `<li><strong><code>${escapeHtml(shorten(clientId, MAX_NAME_LENGTH))}</code></strong>
${uris.join('\n')}${moreCount === 0 ? '' : `\n<span class="quiet">and ${moreCount} more</span>`}</li>`;
}

function renderUri(uri: string, origin: string): string {
  const absoluteUri = shorten(uri.startsWith('/') ? `${origin}${uri}` : uri, MAX_SENTENCE_LENGTH);
  const furtherAddresses = describeLoopback(uri);
  const note = furtherAddresses === null ? '' : ` <span class="quiet">${escapeWithCode(furtherAddresses)}</span>`;
  return `<code>${escapeHtml(absoluteUri)}</code>${note}`;
}
