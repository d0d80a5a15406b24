/** Error codes for a response that is not TLS. */
const NO_TLS: ReadonlySet<string> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** Error codes for a certificate whose CA the client does not trust. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Error codes for a connection that the server closed, like an https server does if the client speaks http. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

/** The start of the plain text response of an https port to plain http. */
export const SERVES_HTTPS = 'This port serves https, but received plain http.';

const OTHER_SCHEME = 'NV_AUTH_MOCK_OTHER_SCHEME';

/** Returns the error for such a response; null for any other text. */
export function otherSchemeError(text: string): Error | null {
  return text.startsWith(SERVES_HTTPS) ? Object.assign(new Error(text.trim()), { code: OTHER_SCHEME }) : null;
}

/**
 * Returns the end of a sentence that starts with "The server": why a connection failed because only one side speaks
 * TLS, or because the client does not trust the certificate. Null for other errors.
 */
export function connectionAdvice(error: unknown, url: string): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (UNTRUSTED.has(code)) {
    return `has a certificate of a CA that is not trusted here. \`nv-auth-mock env --url ${url} --ca ca.pem\` writes the mock's CA certificate, and prints the variables that clients read, such as NODE_EXTRA_CA_CERTS`;
  }
  if (code === OTHER_SCHEME) return 'offers https: use https:// in the URL';
  if (CLOSED.has(code)) {
    const advice = url.startsWith('https:') ? '' : '. If it offers https, use https:// in the URL';
    return `closed the connection without a response${advice}`;
  }
  return NO_TLS.has(code) ? 'does not support TLS: use http:// in the URL' : null;
}
