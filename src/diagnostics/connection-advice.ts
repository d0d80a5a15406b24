/** Codes of errors for an answer that is not TLS. */
const NO_TLS: ReadonlySet<string> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** Codes for a certificate whose authority the client does not know. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Codes for a connection that the server closed, as one with https does to a client that speaks http. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

/** The beginning of what a port for https answers to plain http, in plain text. */
export const SERVES_HTTPS = 'This port serves https, but plain http came.';

const OTHER_SCHEME = 'NV_AUTH_MOCK_OTHER_SCHEME';

/** The error for such an answer; null for any other text. */
export function otherSchemeError(text: string): Error | null {
  return text.startsWith(SERVES_HTTPS) ? Object.assign(new Error(text.trim()), { code: OTHER_SCHEME }) : null;
}

/**
 * The end of a sentence that begins with "The server": why a connection failed because one side speaks TLS and the other
 * does not, or because the client does not trust the certificate. Null for other errors.
 */
export function connectionAdvice(error: unknown, url: string): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (UNTRUSTED.has(code)) {
    return `has a certificate of an authority that is not trusted here. \`nv-auth-mock env --url ${url} --ca ca.pem\` writes that of the mock, and prints the variables that clients read, such as NODE_EXTRA_CA_CERTS`;
  }
  if (code === OTHER_SCHEME) return 'offers https: use https:// in the URL';
  if (CLOSED.has(code)) {
    const advice = url.startsWith('https:') ? '' : '. If it offers https, use https:// in the URL';
    return `closed the connection without an answer${advice}`;
  }
  return NO_TLS.has(code) ? 'does not support TLS: use http:// in the URL' : null;
}
