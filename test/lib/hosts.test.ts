import { describe, expect, it } from 'vitest';
import { createKnownHosts, formatOrigin, isLoopback, parseHostName, stripServiceName } from '../../src/lib/hosts.ts';

const hosts = createKnownHosts(['mock', 'Mock.Example.Test']);

describe('a known host is', () => {
  it.each([
    'localhost',
    'LOCALHOST:6625',
    '127.0.0.1',
    '127.0.0.1:65535',
    '127.255.255.254:80',
    '10.1.2.3:80',
    '[::1]',
    '[::1]:6625',
    '[::]:6625',
    '[fe80::1]:9',
    '[::ffff:127.0.0.1]:6625',
    'mock:6625',
    'MOCK:99',
    'mock.example.test',
    'acme.localhost',
  ])('%s', (host) => {
    expect(hosts.has(host)).toBe(true);
  });
});

describe('an unknown host is', () => {
  it.each([
    'evil.example',
    'localhost.evil.example',
    'mock2',
    '',
    'a b',
    '127.0.0.1.evil.example',
    'mock:port',
    '::1',
    '1.2.3',
    'mock.1',
    'localhostx',
    'xmock',
    'a.b.localhost:6625',
    ':6625',
    'localhost, mock',
    'localhost/x',
    'localhost@evil.example',
    'localhost:6625:1',
    'localhost#evil.example',
    '[::1',
    '[localhost]',
    '[]',
    '[:::::]',
    '999.999.999.999:6625',
  ])('`%s`', (host) => {
    expect(hosts.has(host)).toBe(false);
  });
});

describe('the host of a vendor', () => {
  const open = createKnownHosts(
    ['mock', 'mine.run.ai'],
    new Map([
      ['api.ngc.nvidia.com', ['ngc', 'nvcf']],
      ['*.run.ai', ['runai']],
    ]),
  );

  it.each(['api.ngc.nvidia.com', 'API.NGC.nvidia.com:443', 'acme.run.ai', 'app.run.ai:8443'])(
    'is known: %s',
    (host) => {
      expect([open.has(host), open.isVendors(host), open.isOwn(host)]).toEqual([true, true, false]);
    },
  );

  it.each(['run.ai', 'a.b.run.ai', 'acme.run.ai.evil.example', 'ngc.nvidia.com', '*.run.ai', 'localhost', '.run.ai'])(
    'is not `%s`',
    (host) => {
      expect(open.isVendors(host)).toBe(false);
    },
  );
});

it('addresses of this machine and known names are own hosts', () => {
  expect(['localhost', '127.0.0.1', '[::1]', 'mock'].map((host) => hosts.isOwn(host))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['10.1.2.3', '[::2]', 'evil.example', 'a b'].filter((host) => hosts.isOwn(host))).toEqual([]);
});

it.each([
  ['acme.localhost:6625', 'acme'],
  ['acme.Mock', 'acme'],
  ['x.invocation.localhost', null],
  ['localhost', null],
  ['mock.example.test', null],
  ['acme.evil.example', null],
  ['127.0.0.1', null],
  ['a b', null],
])('the label before a known name is the id of a world: %s, %s', (host, label) => {
  expect(hosts.labelOf(host)).toBe(label);
});

it('the name of a service is stripped from the name of a server', () => {
  const patterns = [/^[a-z]+\.toys\./, /^games\./];

  expect(stripServiceName('Ball.toys.LOCALHOST:1', patterns)).toBe('localhost:1');
  expect(stripServiceName('games.mock', patterns)).toBe('mock');
  expect(stripServiceName('localhost', patterns)).toBeNull();
});

it('a host name has no port', () => {
  expect(parseHostName('Mock:6625')).toBe('mock');
  expect(parseHostName('[::1]:6625')).toBe('[::1]');
  expect(parseHostName('a/b')).toBeNull();
});

it('a server is known by `localhost` and its names, and its worlds by a label before them', () => {
  const named = createKnownHosts(['Example.test', 'mock.example.test']);

  expect(['localhost', 'example.test', 'acme.example.test', 'acme.test'].map(named.isOwn)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(['a.localhost', 'a.example.test', 'mock.example.test', 'a.mock.example.test'].map(named.labelOf)).toEqual([
    'a',
    'a',
    null,
    'a',
  ]);
  expect([named.isName('acme.test'), named.isName('a b')]).toEqual([true, false]);
});

describe('a host name is', () => {
  it.each(['mock', 'mock:65535', '[::1]:1', '1.2.3.4', 'evil.example'])('valid: %s', (host) => {
    expect(hosts.isName(host)).toBe(true);
  });

  it.each(['', 'a b', 'mock:65536', '1.2.3', '256.1.1.1', 'mock.1'])('invalid: `%s`', (host) => {
    expect(hosts.isName(host)).toBe(false);
  });
});

describe('a host of the own machine', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'acme.localhost:6625',
    'a.b.localhost',
    '127.0.0.1',
    '127.9.9.9:1',
    '[::1]:6625',
  ])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['mock', 'notlocalhost', 'localhost.evil.example', '10.0.0.1', '[::2]', 'a b', '127.evil.example'])(
    'is not `%s`',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

it.each([
  ['http', 'Mock:80', 'http://mock'],
  ['http', 'mock:443', 'http://mock:443'],
  ['https', 'mock:443', 'https://mock'],
  ['https', 'mock:08443', 'https://mock:8443'],
  ['http', '[fe80::1%eth0]:80', 'http://[fe80::1%eth0]:80'],
] as const)('the origin of %s and `%s` has no default port: %s', (scheme, host, origin) => {
  expect(formatOrigin(scheme, host)).toBe(origin);
});
