/**
 * Media types that browsers show as text. A header with several types does not match, because browsers use the last
 * one.
 */
const DISPLAYED_AS_TEXT = /^(?:application\/(?:[a-z0-9.+-]+\+)?json|text\/plain)(?: *; *charset=[\w-]+)?$/i;

/**
 * Returns headers for user content: browsers do not sniff its type, never run it as a page of this server, and download
 * it unless they show it as text.
 */
export function createUntrustedContentHeaders(contentType: string | undefined): Record<string, string> {
  return {
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(!DISPLAYED_AS_TEXT.test(contentType ?? '') && { 'content-disposition': 'attachment' }),
  };
}
