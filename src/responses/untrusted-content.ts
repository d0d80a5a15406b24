/** Media types that browsers show as text. A header with several types does not match: browsers use the last one. */
const SHOWN_AS_TEXT = /^(?:application\/(?:[a-z0-9.+-]+\+)?json|text\/plain)(?: *; *charset=[\w-]+)?$/i;

/**
 * Headers for content of a user: a browser does not guess its type, never runs it as a page of this server, and saves it
 * unless it shows it as text.
 */
export function inertHeaders(contentType: string | undefined): Record<string, string> {
  return {
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(!SHOWN_AS_TEXT.test(contentType ?? '') && { 'content-disposition': 'attachment' }),
  };
}
