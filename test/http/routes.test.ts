import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findOtherVersion, Routes } from '../../src/http/routes.ts';
import type { Route } from '../../src/http/server.ts';
import { apiDocument } from '../support/api-document.ts';
import { SERVICES } from '../support/services.ts';

const createRoute = (method: string, path: string): Route =>
  ({ service: {}, operation: { method, path } }) as unknown as Route;
const [listToys, makeToy, getToy, getNewest, getPart, dottedToy] = [
  createRoute('GET', '/toys'),
  createRoute('POST', '/toys'),
  createRoute('GET', '/toys/{toyId}'),
  createRoute('GET', '/toys/newest'),
  createRoute('GET', '/toys/{toyId}/parts/{partId}'),
  createRoute('GET', '/v1.0/toys'),
] as const;
const routes = new Routes([listToys, makeToy, getToy, getNewest, getPart, dottedToy]);

describe('a route is found', () => {
  const cases: [label: string, method: string, path: string, match: Route, params: Record<string, string>][] = [
    ['by a path without parameters', 'GET', '/toys', listToys, {}],
    ['by its method', 'POST', '/toys', makeToy, {}],
    ['by HEAD if it has GET', 'HEAD', '/toys', listToys, {}],
    ['with the parameter of its path', 'GET', '/toys/7', getToy, { toyId: '7' }],
    ['with all parameters of its path', 'GET', '/toys/7/parts/a', getPart, { toyId: '7', partId: 'a' }],
    ['by its literal path before a path with parameters', 'GET', '/toys/newest', getNewest, {}],
    ['with decoded parameters', 'GET', '/toys/a%20b%2Fc', getToy, { toyId: 'a b/c' }],
    ['by a dot that is no wildcard', 'GET', '/v1.0/toys', dottedToy, {}],
    ['by a needlessly encoded literal', 'GET', '/%74oys/newes%74', getNewest, {}],
    ['by its parameter if a literal is encoded twice', 'GET', '/toys/newes%2574', getToy, { toyId: 'newes%74' }],
  ];

  it.each(cases)('%s: %s %s', (_what, method, path, match, params) => {
    expect(routes.find(method, path)).toEqual({ route: match, params });
    expect(routes.find(method, path)?.route).toBe(match);
  });
});

it.each([
  ['DELETE', '/toys'],
  ['POST', '/toys/7'],
  ['GET', '/toys/'],
  ['GET', '/toys/7/parts'],
  ['GET', '/toys/7/parts/a/b'],
  ['GET', '/v1x0/toys'],
  ['GET', '/a/toys'],
])('no route is found for %s %s', (method, path) => {
  expect(routes.find(method, path)).toBeNull();
});

describe('an operation that is not emulated', () => {
  const lacking = ['/toys/{toyId}/metrics', '/toys/{toyId}', '/toys/telemetry'].map((path) => ({
    service: 'toys',
    method: path === '/toys/{toyId}' ? 'DELETE' : 'GET',
    path,
  }));
  const all = new Routes([listToys, getToy, getNewest], [], lacking);

  it.each([
    ['GET', '/toys/telemetry', '/toys/telemetry'],
    ['HEAD', '/toys/telemetry', '/toys/telemetry'],
    ['GET', '/toys/7/metrics', '/toys/{toyId}/metrics'],
    ['GET', '/toys/%74elemetry', '/toys/telemetry'],
    ['DELETE', '/toys/telemetry', '/toys/{toyId}'],
  ])('is found by its path and is not a route: %s %s', (method, path, template) => {
    expect(all.findNotEmulated(method, path)?.path).toBe(template);
    expect(all.find(method, path)).toBeNull();
  });

  it.each(['/toys', '/toys/7', '/toys/newest'])('is not found for %s, which has a route', (path) => {
    expect(all.findNotEmulated('GET', path)).toBeNull();
    expect(all.find('GET', path)).not.toBeNull();
  });
});

describe('the trailing slash', () => {
  const [list, item, bare] = [
    createRoute('GET', '/dolls/'),
    createRoute('GET', '/dolls/{dollId}/'),
    createRoute('GET', '/balls'),
  ];
  const withQuirk = (route: Route): Route =>
    ({ ...route, service: { conventions: { optionalTrailingSlash: true } } }) as unknown as Route;
  const either = new Routes([list, item, bare].map(withQuirk));

  it.each([
    ['/dolls/', '/dolls/', {}],
    ['/dolls', '/dolls/', {}],
    ['/dolls/7/', '/dolls/{dollId}/', { dollId: '7' }],
    ['/dolls/7', '/dolls/{dollId}/', { dollId: '7' }],
    ['/balls', '/balls', {}],
  ])('is optional at %s if the service allows that', (path, template, params) => {
    const match = either.find('GET', path);

    expect([match?.route.operation.path, match?.params]).toEqual([template, params]);
  });

  it.each(['/dolls//', '/dolls/7//', '/balls/'])('cannot be doubled or added: %s', (path) => {
    expect(either.find('GET', path)).toBeNull();
  });

  it.each(['/dolls', '/dolls/7'])('is required at %s if the service does not make it optional', (path) => {
    expect(new Routes([list, item]).find('GET', path)).toBeNull();
  });
});

describe('the methods', () => {
  it.each([
    ['/toys', ['GET', 'HEAD', 'POST']],
    ['/toys/newest', ['GET', 'HEAD']],
    ['/%74oys', ['GET', 'HEAD', 'POST']],
    ['/dolls', []],
  ])('of %s are %j', (path, methods) => {
    expect(routes.methodsOf(path)).toEqual(methods);
  });
});

it('the operations of a service are listed in the order of its document', () => {
  const [first, second] = [createRoute('GET', '/dolls'), createRoute('GET', '/cars')].map(({ operation }) => operation);
  const createServiceRoute = (name: string, operation: unknown) =>
    ({ service: { name }, operation }) as unknown as Route;
  const several = new Routes([
    createServiceRoute('toys', first),
    createServiceRoute('games', {}),
    createServiceRoute('toys', second),
  ]);

  expect(several.operationsOf('toys')).toEqual([first, second]);
  expect(several.operationsOf('cars')).toEqual([]);
});

describe('an operation of another version', () => {
  const others = [
    { method: 'GET', path: '/kites/{kiteId}/', profiles: ['2', '3'] },
    { method: 'GET', path: '/kites', profiles: ['3'] },
  ];

  it.each([
    ['GET', '/kites/7/', ['2', '3']],
    ['GET', '/kites/7', ['2', '3']],
    ['PUT', '/kites/7', []],
    ['GET', '/toys', []],
    ['GET', '/kites', ['3']],
    ['GET', '/kite', []],
  ])('is found by method and path, with or without a trailing slash: %s %s', (method, path, profiles) => {
    expect(findOtherVersion(others, method, path)?.profiles ?? []).toEqual(profiles);
    expect(new Routes([], others).findInOtherVersions(method, path)?.profiles ?? []).toEqual(profiles);
  });
});

const DOCUMENTS = SERVICES.flatMap((service) => {
  const names = new Set(service.rules.rulesets.map(({ document }) => document));
  return [...names].map((name) => ({ name, service }));
});

describe.each(DOCUMENTS)('the paths of $name', async ({ name, service }) => {
  const text = readFileSync(new URL(`../../dist/openapi/${name}.json`, import.meta.url), 'utf8');
  const { operations } = await apiDocument(JSON.parse(text));
  const all = new Routes(operations.map((operation) => ({ service, operation }) as Route));

  it('lead to each operation, with all its parameters', () => {
    const lost = operations.filter(({ method, path, pathParams }) => {
      const match = all.find(method, path.replaceAll(/\{([^}]+)\}/g, 'some-$1'));
      const params = Object.fromEntries(pathParams.map((param) => [param, `some-${param}`]));
      expect.soft(match?.params).toEqual(params);
      return match?.route.operation.path !== path;
    });

    expect(lost.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});
