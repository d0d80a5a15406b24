/** Returns the media type of a `Content-Type` header, in lower case and without parameters; null if there is none. */
export function essenceOf(contentType: string | null | undefined): string | null {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return essence === undefined || essence === '' ? null : essence;
}

/** Whether a media type, in lower case and without parameters, is JSON or based on it (RFC 6839, 3.1). */
export function isJsonType(essence: string): boolean {
  return JSON_TYPE.test(essence);
}

const JSON_TYPE = /^application\/(?:json|[a-z0-9.+-]+\+json)$/;

/** Returns whether a media range includes a media type, as `image/*` does for all images (RFC 9110, 12.5.1). */
export function isWithinRange(type: string, range: string): boolean {
  return range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

/** Types that browsers show as text. Of several, browsers use the last one, so such a header does not match. */
const DISPLAYED_AS_TEXT = /^(?:application\/(?:[a-z0-9.+-]+\+)?json|text\/plain)(?: *; *charset=[\w-]+)?$/i;

/** Headers for user content: browsers do not sniff it or run it as a page, and download it unless it is text. */
export function createUntrustedContentHeaders(contentType: string | undefined): Record<string, string> {
  return {
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(!DISPLAYED_AS_TEXT.test(contentType ?? '') && { 'content-disposition': 'attachment' }),
  };
}
