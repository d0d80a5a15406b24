import { describe, expect, it } from 'vitest';
import { describeConnectionError, findSchemeError, HTTPS_PORT_TEXT } from '../../src/diagnostics/connection-advice.ts';

const fail = (code: unknown) => Object.assign(new Error('failed'), { code });
const TRUST =
  "has a certificate of a CA that is not trusted here. `nv-auth-mock env --url URL --ca ca.pem` writes the mock's CA certificate, and prints the variables that clients read, such as NODE_EXTRA_CA_CERTS";

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
    ['ENOTFOUND', 'https://mock.test', null],
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
