import { describe, expect, it } from 'vitest';
import { headerLines, methodOf, originOf, pathOf, readTarget } from '../../../src/http/transport/arrival.ts';
import { createKnownHosts } from '../../../src/lib/hosts.ts';
import { incoming } from '../../support/incoming.ts';

it.each([
  ['/a?b', '/a?b'],
  ['http://localhost:6625/a?b', '/a?b'],
  ['https://localhost', '/'],
])('the request target %s is routed as %s', (url, path) => {
  const request = incoming({ url });
  readTarget(request);

  expect(request.url).toBe(path);
});

it.each([
  ['GET', 'GET'],
  ['HEAD', 'GET'],
  ['POST', 'POST'],
])('%s is routed to an operation with %s', (method, answering) => {
  expect(methodOf({ method })).toBe(answering);
});

it('the header lines of a name are returned separately, in any case of the name', () => {
  const request = incoming({
    headers: [
      ['X-A', '1'],
      ['x-b', '2'],
      ['x-a', '3'],
    ],
  });

  expect(headerLines(request, 'x-a')).toEqual(['1', '3']);
  expect(headerLines(request, 'x-c')).toEqual([]);
});

describe('the origin of a request', () => {
  it.each([
    ['http://Acme.Localhost:6625/a?b', 'http://acme.localhost:6625'],
    ['HTTPS://[::1]', 'http://[::1]'],
    ['/a', 'http://localhost'],
  ])('is taken from the target %s before the `Host` header', (url, origin) => {
    const request = incoming({ url, headers: [['Host', 'localhost']] });
    readTarget(request);

    expect(originOf(request, { publicUrl: null, hosts: createKnownHosts([]), isTls: false })).toBe(origin);
  });

  it.each(['http://', 'http:///a', 'http://a b/', 'http://user:secret@localhost/'])(
    'is rejected if the target has no valid host: %s',
    (url) => {
      const request = incoming({ url, headers: [['Host', 'localhost']] });
      readTarget(request);

      expect(() => originOf(request, { publicUrl: null, hosts: createKnownHosts([]), isTls: false })).toThrow(
        'must have one `Host` header',
      );
    },
  );

  it('is taken from the `Host` header or from the public URL', () => {
    const request = incoming({ headers: [['Host', 'Mock.Test:6625']] });

    expect(originOf(request, { publicUrl: null, hosts: createKnownHosts([]), isTls: false })).toBe(
      'http://mock.test:6625',
    );
    expect(originOf(request, { publicUrl: 'https://mock.example', hosts: createKnownHosts([]), isTls: false })).toBe(
      'https://mock.example',
    );
  });

  it.each([
    [false, 'mock:80', 'http://mock'],
    [false, 'mock:0080', 'http://mock'],
    [false, '[::1]:80', 'http://[::1]'],
    [false, '[::80]', 'http://[::80]'],
    [false, 'mock:443', 'http://mock:443'],
    [false, 'mock:8080', 'http://mock:8080'],
    [false, 'mock:06625', 'http://mock:6625'],
    [true, 'mock:443', 'https://mock'],
    [true, 'mock:80', 'https://mock:80'],
  ])('is written as in a URL, without the default port of the scheme (https: %s): %s', (isTls, host, origin) => {
    const request = incoming({ headers: [['Host', host]] });
    // A request without a socket came in process, by the scheme of the server.
    Object.defineProperty(request, 'socket', { value: {} });

    expect(originOf(request, { publicUrl: null, hosts: createKnownHosts([]), isTls })).toBe(origin);
  });

  it('is localhost if HTTP/1.0 has no `Host`', () => {
    const request = incoming();
    request.httpVersion = '1.0';

    expect(originOf(request, { publicUrl: null, hosts: createKnownHosts([]), isTls: false })).toBe('http://localhost');
  });

  it.each<[label: string, hosts: readonly string[]]>([
    ['no `Host`', []],
    ['two `Host` headers', ['localhost', 'localhost']],
    ['an invalid `Host`', ['a b']],
  ])('is rejected with %s', (_what, hosts) => {
    const request = incoming({ headers: hosts.map((host) => ['host', host]) });

    for (const publicUrl of [null, 'https://mock.example']) {
      expect(() => originOf(request, { publicUrl, hosts: createKnownHosts([]), isTls: false })).toThrow(
        'must have one `Host` header',
      );
    }
  });
});

it.each([
  ['/a/b?c=/d', '/a/b'],
  ['/a', '/a'],
  [undefined, '/'],
])('the path of %s is %s', (url, path) => {
  expect(pathOf(url)).toBe(path);
});
