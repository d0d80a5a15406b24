import { describe, expect, it } from 'vitest';
import { hostName, knownHosts } from '../../src/core/hosts.ts';

const hosts = knownHosts(['mock', 'Mock.Example.Test']);

describe('a known host is', () => {
  it.each([
    'localhost',
    'LOCALHOST:6625',
    '127.0.0.1',
    '10.1.2.3:80',
    '[::1]',
    '[::1]:6625',
    'mock:6625',
    'mock.example.test',
  ])('%s', (host) => {
    expect(hosts.has(host)).toBe(true);
  });
});

describe('no known host is', () => {
  it.each(['evil.example', 'localhost.evil.example', 'mock2', '', 'a b', '127.0.0.1.evil.example', 'mock:port', '::1'])(
    '`%s`',
    (host) => {
      expect(hosts.has(host)).toBe(false);
    },
  );
});

it('the name of a host has no port', () => {
  expect(hostName('Mock:6625')).toBe('mock');
  expect(hostName('[::1]:6625')).toBe('[::1]');
  expect(hostName('a/b')).toBeNull();
});
