/** Error codes for a response that is not TLS. */
const NO_TLS_CODES: ReadonlySet<string> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** Error codes for a certificate whose CA the client does not trust. */
const UNTRUSTED_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Error codes for a connection that the server closed, as https servers do when they receive http. */
const CLOSED_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

/** The start of the text that an https port of the mock sends in response to http. */
export const HTTPS_PORT_TEXT = 'This port serves https, but received plain http.';

const OTHER_SCHEME_CODE = 'NV_AUTH_MOCK_OTHER_SCHEME';

/** Returns an error if a response is from an https port that received http; otherwise null. */
export function findSchemeError(text: string): Error | null {
  return text.startsWith(HTTPS_PORT_TEXT) ? Object.assign(new Error(text.trim()), { code: OTHER_SCHEME_CODE }) : null;
}

/** Returns why a connection failed, as the end of a sentence that starts with "The server"; null for other errors. */
export function describeConnectionError(error: unknown, url: string): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (UNTRUSTED_CODES.has(code)) {
    return `has a certificate of a CA that is not trusted here. \`nv-auth-mock env --url ${url} --ca ca.pem\` writes the mock's CA certificate, and prints the variables that clients read, such as NODE_EXTRA_CA_CERTS`;
  }
  if (code === OTHER_SCHEME_CODE) return 'offers https: use https:// in the URL';
  if (CLOSED_CODES.has(code)) {
    const advice = url.startsWith('https:') ? '' : '. If it offers https, use https:// in the URL';
    return `closed the connection without a response${advice}`;
  }
  if (NO_TLS_CODES.has(code)) return 'does not support TLS: use http:// in the URL';
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'has a certificate that has expired: restart it with --tls, or renew --tls-cert';
    case 'CERT_NOT_YET_VALID':
      return 'has a certificate that is not valid yet: compare the clocks of both machines';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `has a certificate for other host names: use one of them, or start it with --tls and --alias ${new URL(url).hostname}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return describeUnknownHost(new URL(url));
    default:
      return null;
  }
}

function describeUnknownHost({ protocol, hostname, host }: URL): string {
  const [world = '', ...parents] = hostname.split('.');
  if (parents.join('.') === 'localhost') {
    const address = `${protocol}//${host.slice(world.length + 1)}/w/${world}`;
    return `has a host name below localhost, which this system cannot resolve. Use the prefix of the world: ${address}`;
  }
  return 'has a host name that this system cannot resolve. In a compose network, use the name of the service; on its host, use 127.0.0.1';
}
