import { describe, expect, it } from 'vitest';
import { describeConnectionError, findSchemeError, HTTPS_PORT_TEXT } from '../../src/lib/connection-advice.ts';

const fail = (code: unknown) => Object.assign(new Error('failed'), { code });
const TRUST =
  "has a certificate of a CA that is not trusted here. `nv-auth-mock env --url URL --ca ca.pem` writes the mock's CA certificate, and prints the variables that clients read, such as NODE_EXTRA_CA_CERTS";

const UNKNOWN =
  'has a host name that this system cannot resolve. In a compose network, use the name of the service; on its host, use 127.0.0.1';
const BELOW_LOCALHOST =
  'has a host name below localhost, which this system cannot resolve. Use the prefix of the world: http://localhost:6625/w/alice';

describe('a failed connection', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'URL', TRUST],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'URL', TRUST],
    ['ECONNRESET', 'https://mock.test', 'closed the connection without a response'],
    [
      'UND_ERR_SOCKET',
      'http://mock.test/https:',
      'closed the connection without a response. If it offers https, use https:// in the URL',
    ],
    ['EPROTO', 'https://mock.test', 'does not support TLS: use http:// in the URL'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'https://mock.test', 'does not support TLS: use http:// in the URL'],
    [
      'CERT_HAS_EXPIRED',
      'https://mock.test',
      'has a certificate that has expired: restart it with --tls, or renew --tls-cert',
    ],
    [
      'CERT_NOT_YET_VALID',
      'https://mock.test',
      'has a certificate that is not valid yet: compare the clocks of both machines',
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'https://mock.test:6625',
      'has a certificate for other host names: use one of them, or start it with --tls and --alias mock.test',
    ],
    ['ENOTFOUND', 'http://mock.test', UNKNOWN],
    ['EAI_AGAIN', 'http://mock.test', UNKNOWN],
    ['ENOTFOUND', 'http://alice.localhost:6625', BELOW_LOCALHOST],
    ['ECONNREFUSED', 'http://mock.test', null],
    [undefined, 'https://mock.test', null],
  ])('with the code %s to %s is explained', (code, url, expected) => {
    expect(describeConnectionError(fail(code), url)).toBe(expected);
  });

  it.each([null, undefined, 'EPROTO', {}])('with the error %j is not explained', (error) => {
    expect(describeConnectionError(error, 'https://mock.test')).toBeNull();
  });
});

it('the response of an https port to http is an error', () => {
  const text = `${HTTPS_PORT_TEXT} Use https.\n`;
  const error = findSchemeError(text);

  expect(error?.message).toBe(text.trim());
  expect(describeConnectionError(error, 'http://mock.test')).toBe('offers https: use https:// in the URL');
  expect(findSchemeError(`<p>${HTTPS_PORT_TEXT}`)).toBeNull();
});
