import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { OperationHost, ServiceHost } from '../../src/contract/service.ts';
import {
  backchannelOriginOf,
  createWorldAddresses,
  findHostPath,
  isBelowWorld,
  originsOf,
  paramsOfHost,
  pathOfHost,
  serves,
  type WorldAddress,
} from '../../src/http/request-address.ts';

import { findWorldAt } from '../../src/http/steps/select-world.ts';
import { createKnownHosts } from '../../src/lib/hosts.ts';

const MODELS: ServiceHost = { pattern: /^models\./, prefix: '/llm', example: 'models.localhost' };
const CHATS: ServiceHost = { pattern: /^chats\./, prefix: '/chat', example: 'chats.localhost' };
const KEYS: ServiceHost = { pattern: /^keys\./, prefix: '', example: 'keys.localhost' };
const FUNCTIONS = { pattern: /^[a-z]+\.invocation\./, operation: 'invoke' } as Partial<OperationHost> as ServiceHost;

interface Target {
  readonly host?: string;
  readonly url?: string | undefined;
  readonly worlds?: readonly string[];
}

/** A request with this target, with one header line for each of the worlds. */
function createRaw({ host, worlds = [], ...target }: Target): IncomingMessage {
  const named = worlds.length === 0 ? {} : { 'x-mock-world': worlds.join(', ') };
  const headers = { ...(host !== undefined && { host }), ...named };
  const rawHeaders = worlds.flatMap((world) => ['X-Mock-World', world]);
  return { url: '/toys', ...target, headers, rawHeaders } as Partial<IncomingMessage> as IncomingMessage;
}

/** Reads the paths and addresses of requests, one after another, as one server does. */
function readTargets(...targets: readonly Target[]): [path: string, address: WorldAddress | null][] {
  const addresses = createWorldAddresses(createKnownHosts(['mock']), [MODELS, CHATS, KEYS, FUNCTIONS]);
  return targets.map((target) => {
    const raw = createRaw(target);
    return [addresses.resolvePath(raw), addresses.find(raw)];
  });
}

describe('the world that a request names', () => {
  it.each<[string, Target, path: string, address: WorldAddress | null]>([
    ['none', { host: 'mock' }, '/toys', null],
    ['none, without a host', {}, '/toys', null],
    ['none, without a path', { url: undefined }, '/', null],
    ['a prefix', { host: 'mock', url: '/w/a/toys?b=1' }, '/toys?b=1', { kind: 'prefix', world: 'a', hostWorld: null }],
    ['a prefix without a path', { url: '/w/a' }, '/', { kind: 'prefix', world: 'a', hostWorld: null }],
    ['an empty prefix', { url: '/w/' }, '/', { kind: 'prefix', world: '', hostWorld: null }],
    ['no prefix, but a similar path', { url: '/ww/a/toys' }, '/ww/a/toys', null],
    ['a host name', { host: 'a.localhost:6625' }, '/toys', { kind: 'host', world: 'a' }],
    ['a header', { worlds: ['a'] }, '/toys', { kind: 'header', world: 'a' }],
    ['a header with spaces', { worlds: [' a '] }, '/toys', { kind: 'header', world: 'a' }],
    ['two headers', { worlds: ['a', 'b'] }, '/toys', { kind: 'header', world: 'a, b' }],
    ['a host name before a header', { host: 'a.mock', worlds: ['b'] }, '/toys', { kind: 'host', world: 'a' }],
    ['its own prefix below its host name', { host: 'a.mock', url: '/w/a/x' }, '/x', { kind: 'host', world: 'a' }],
    [
      'another prefix below a host name',
      { host: 'a.mock', url: '/w/b/toys' },
      '/toys',
      { kind: 'prefix', world: 'b', hostWorld: 'a' },
    ],
    [
      'two prefixes below a host name',
      { host: 'a.mock', url: '/w/a/w/b/toys' },
      '/w/b/toys',
      { kind: 'prefix', world: 'a', hostWorld: 'a' },
    ],
  ])('is read from %s', (_from, target, path, address) => {
    expect(readTargets(target)).toEqual([[path, address]]);
  });
});

describe('the host name of a service', () => {
  it.each<[host: string, url: string, path: string, address: WorldAddress | null]>([
    ['models.localhost', '/v1/models', '/llm/v1/models', null],
    ['MODELS.LOCALHOST', '/v1/models', '/llm/v1/models', null],
    ['models.a.mock', '/v1/models', '/llm/v1/models', { kind: 'host', world: 'a' }],
    ['models.mock', '/w/a/v1/models', '/llm/v1/models', { kind: 'prefix', world: 'a', hostWorld: null }],
    ['models.mock', '/w/a?x=1', '/llm/?x=1', { kind: 'prefix', world: 'a', hostWorld: null }],
    ['models.localhost', '*', '/llm/*', null],
    ['chats.localhost', '/v1/models', '/chat/v1/models', null],
    ['keys.a.mock', '/v1/keys', '/v1/keys', { kind: 'host', world: 'a' }],
    ['echo.invocation.localhost', '/w/a/x', '/w/a/x', null],
    ['echo.invocation.a.mock', '/w/b/x', '/w/b/x', { kind: 'host', world: 'a' }],
    ['other.invocation2.localhost', '/w/a/x', '/x', { kind: 'prefix', world: 'a', hostWorld: null }],
  ])('%s serves %s as %s', (host, url, path, address) => {
    expect(readTargets({ host, url })).toEqual([[path, address]]);
  });

  it('is read for each request', () => {
    const paths = readTargets({ host: 'models.mock' }, { host: 'models.mock' }, { host: 'mock' }, { host: 'a.mock' });

    expect(paths).toEqual([
      ['/llm/toys', null],
      ['/llm/toys', null],
      ['/toys', null],
      ['/toys', { kind: 'host', world: 'a' }],
    ]);
  });
});

describe('the services of a host', () => {
  const socket = new Socket();
  const createAddresses = () => {
    const vendors = new Map([
      ['vendor.test', ['toys']],
      ['models.vendor.test', ['llm']],
    ]);
    const addresses = createWorldAddresses(createKnownHosts(['mock'], vendors), [MODELS]);
    const hostOf = (host?: string) =>
      addresses.hostOf(Object.assign(createRaw(host === undefined ? {} : { host }), { socket }));
    return { ...addresses, hostOf };
  };

  it.each<[host: string | undefined, name: string, services: readonly string[] | null, prefix: string]>([
    ['models.vendor.test:443', 'models.vendor.test', ['llm'], '/llm'],
    ['vendor.test.', 'vendor.test', ['toys'], ''],
    ['mock', 'mock', null, ''],
    ['a b', '', null, ''],
    [undefined, '', null, ''],
  ])('`%s` are those of the name `%s`', (host, name, services, prefix) => {
    expect(createAddresses().hostOf(host)).toEqual({ name, services, prefix });
  });

  it('of a vendor are listed, with a prefix first', () => {
    expect(createAddresses().vendorHosts).toEqual([
      { name: 'models.vendor.test', services: ['llm'], prefix: '/llm' },
      { name: 'vendor.test', services: ['toys'], prefix: '' },
    ]);
  });

  it('are chosen by a connection, and always include the control API', () => {
    const { mapHosts, hostOf } = createAddresses();
    mapHosts(socket, (host) => (host === 'vendor.test' ? 'keys' : undefined));
    const host = hostOf('vendor.test');

    expect([host.services, hostOf('mock').services]).toEqual([['keys'], null]);
    expect(['keys', 'toys'].map((name) => serves(host, { name }))).toEqual([true, false]);
    expect([serves(host, { name: 'control', isControlApi: true }), serves(hostOf('mock'), { name: 'toys' })]).toEqual([
      true,
      true,
    ]);
  });
});

it('a path below the prefix of a world is recognized', () => {
  expect(['/w/a', '/w', '/x/w/a'].map(isBelowWorld)).toEqual([true, false, false]);
});

describe('the base URLs in responses', () => {
  const PREFIX: WorldAddress = { kind: 'prefix', world: 'a' };
  const HOST: WorldAddress = { kind: 'host', world: 'a' };
  const HEADER: WorldAddress = { kind: 'header', world: 'a' };

  it.each<[publicUrl: string | null, id: string, WorldAddress | null, origin: string, openOrigin: string]>([
    [null, 'default', null, 'http://m', 'http://m'],
    [null, 'default', HEADER, 'http://m', 'http://m'],
    [null, 'default', PREFIX, 'http://m/w/default', 'http://m/w/default'],
    [null, 'a', null, 'http://m', 'http://m/w/a'],
    [null, 'a', HEADER, 'http://m', 'http://m/w/a'],
    [null, 'a', PREFIX, 'http://m/w/a', 'http://m/w/a'],
    [null, 'a', HOST, 'http://m', 'http://m/w/a'],
    ['http://m', 'a', HOST, 'http://m/w/a', 'http://m/w/a'],
    ['http://m', 'a', HEADER, 'http://m', 'http://m/w/a'],
    ['http://m', 'a', null, 'http://m', 'http://m/w/a'],
  ])('with the public URL %s, in the world %s, for %j', (publicUrl, id, address, origin, openOrigin) => {
    expect(originsOf({ publicUrl }, { id }, address, 'http://m')).toEqual({
      origin,
      openOrigin,
      namesWorld: address !== null,
    });
    const names = { publicUrl, hosts: createKnownHosts(['m']) };
    expect(backchannelOriginOf(names, { id }, address, { calledUrl: 'http://m', origin })).toBe(origin);
  });

  it.each<[WorldAddress | null, string]>([
    [null, 'http://other'],
    [HEADER, 'http://other'],
    [HOST, 'http://other'],
    [PREFIX, 'http://other/w/a'],
  ])('at another name than that of the public URL, for %j', (address, backchannelOrigin) => {
    const names = { publicUrl: 'http://m', hosts: createKnownHosts(['m', 'other']) };
    const urls = { calledUrl: 'http://other', origin: originsOf(names, { id: 'a' }, address, 'http://m').origin };
    expect(backchannelOriginOf(names, { id: 'a' }, address, urls)).toBe(backchannelOrigin);
  });
});

describe('a world that does not exist', () => {
  const worlds = {
    has: (id: string) => id === 'team-a',
    find: (id: string) => (id === 'team-a' ? { id } : undefined),
    isRemoved: (id: string) => id === 'old',
  };
  const find = (address: WorldAddress, url = '/toys') => findWorldAt({ worlds } as never, address, { url });

  it.each<[WorldAddress, url: string, message: string]>([
    [
      { kind: 'header', world: 'x' },
      '/toys',
      'There is no world `x`: create it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists existing worlds.',
    ],
    [
      { kind: 'host', world: 'x' },
      '/toys',
      'There is no world `x`: create it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists existing worlds. If the host name is another name of this server, start it with `--alias` and that name.',
    ],
    [
      { kind: 'header', world: '' },
      '/toys',
      'The id of a world is empty; expected 1 to 32 characters of a-z, 0-9 and inner hyphens. `GET /_mock/worlds` lists existing worlds.',
    ],
    [
      { kind: 'header', world: 'X'.repeat(100) },
      '/toys',
      `No world can have the id \`${'X'.repeat(64)}\`; expected 1 to 32 characters of a-z, 0-9 and inner hyphens. \`GET /_mock/worlds\` lists existing worlds.`,
    ],
    [
      { kind: 'header', world: 'old' },
      '/toys',
      'The world `old` no longer exists: it was deleted, or it was unused for longer than its `ttl`. Create a new one with `POST /_mock/worlds`.',
    ],
    [
      { kind: 'prefix', world: 'team-a' },
      `/w/${'b'.repeat(200)}`,
      `Worlds cannot be nested: remove the prefix before \`/w/${'b'.repeat(97)}\`.`,
    ],
    [
      { kind: 'prefix', world: 'team-a', hostWorld: 'x' },
      '/w/team-a/toys',
      'There is no world `x`: create it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists existing worlds. If the host name is another name of this server, start it with `--alias` and that name.',
    ],
  ])('is named in the message: %j', (address, url, message) => {
    expect(() => find(address, url)).toThrow(expect.objectContaining({ kind: 'no_such_world', message }));
  });

  it('is not confused with one that exists', () => {
    expect(find({ kind: 'prefix', world: 'team-a', hostWorld: 'team-a' })).toEqual({ id: 'team-a' });
    expect(find({ kind: 'header', world: 'team-a' }, '/w/b/toys')).toEqual({ id: 'team-a' });
    expect(find({ kind: 'host', world: 'team-a' })).toEqual({ id: 'team-a' });
  });
});

describe('a host that belongs to one operation', () => {
  const hosts = [
    { pattern: /^(?<id>[a-z]+)\.invocation\./, operation: 'invoke' },
    { pattern: /^docs\./, operation: 'read' },
  ] as Partial<OperationHost>[] as OperationHost[];
  const findPath = (host?: string) => findHostPath(hosts, { headers: { ...(host !== undefined && { host }) } });

  it('has the internal path of the operation, with the groups of its pattern as parameters', () => {
    expect([findPath('echo.invocation.mock'), findPath('DOCS.mock:6625')]).toEqual(['/_hosts/invoke', '/_hosts/read']);
    expect(pathOfHost({ operation: 'read' } as OperationHost)).toBe('/_hosts/read');
    expect(paramsOfHost({ pattern: /^(?<id>[a-z]+)\./ } as OperationHost, 'ECHO.mock')).toEqual({ id: 'echo' });
    expect(paramsOfHost({ pattern: /^docs\./ } as OperationHost, 'docs.mock')).toEqual({});
  });

  it('is no other host, and not a missing one', () => {
    expect([findPath('mock'), findPath('echo.docs.mock'), findPath()]).toEqual([null, null, null]);
    expect(paramsOfHost({ pattern: /^docs\./ } as OperationHost, undefined)).toBeNull();
    expect(paramsOfHost({ pattern: /^$/ } as OperationHost)).toEqual({});
  });
});
