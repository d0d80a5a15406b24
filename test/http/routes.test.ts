import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findOtherVersion, Routes } from '../../src/http/routes.ts';
import type { Route } from '../../src/http/server.ts';
import { apiDocument } from '../support/api-document.ts';
import { SERVICES } from '../support/services.ts';

const route = (method: string, path: string): Route =>
  ({ service: {}, operation: { method, path } }) as unknown as Route;
const [listToys, makeToy, getToy, getNewest, getPart, dottedToy] = [
  route('GET', '/toys'),
  route('POST', '/toys'),
  route('GET', '/toys/{toyId}'),
  route('GET', '/toys/newest'),
  route('GET', '/toys/{toyId}/parts/{partId}'),
  route('GET', '/v1.0/toys'),
] as const;
const routes = new Routes([listToys, makeToy, getToy, getNewest, getPart, dottedToy]);

describe('a route is found', () => {
  const cases: [what: string, method: string, path: string, found: Route, params: Record<string, string>][] = [
    ['by a path without variables', 'GET', '/toys', listToys, {}],
    ['by its method', 'POST', '/toys', makeToy, {}],
    ['by HEAD where it has GET', 'HEAD', '/toys', listToys, {}],
    ['with what its path says', 'GET', '/toys/7', getToy, { toyId: '7' }],
    ['with all that its path says', 'GET', '/toys/7/parts/a', getPart, { toyId: '7', partId: 'a' }],
    ['without variables before one with them', 'GET', '/toys/newest', getNewest, {}],
    ['with parameters decoded', 'GET', '/toys/a%20b%2Fc', getToy, { toyId: 'a b/c' }],
    ['by dots that are dots', 'GET', '/v1.0/toys', dottedToy, {}],
    ['by a literal that is encoded needlessly', 'GET', '/%74oys/newes%74', getNewest, {}],
    ['as a variable where a literal is encoded twice', 'GET', '/toys/newes%2574', getToy, { toyId: 'newes%74' }],
  ];

  it.each(cases)('%s: %s %s', (_what, method, path, found, params) => {
    expect(routes.find(method, path)).toEqual({ route: found, params });
    expect(routes.find(method, path)?.route).toBe(found);
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
])('no route is found at %s %s', (method, path) => {
  expect(routes.find(method, path)).toBeNull();
});

describe('an operation that is not emulated', () => {
  const lacking = ['/toys/{toyId}/metrics', '/toys/{toyId}', '/toys/telemetry'].map((path) => ({
    ...{ service: 'toys', method: path === '/toys/{toyId}' ? 'DELETE' : 'GET', path },
  }));
  const all = new Routes([listToys, getToy, getNewest], [], lacking);

  it.each([
    ['GET', '/toys/telemetry', '/toys/telemetry'],
    ['HEAD', '/toys/telemetry', '/toys/telemetry'],
    ['GET', '/toys/7/metrics', '/toys/{toyId}/metrics'],
    ['GET', '/toys/%74elemetry', '/toys/telemetry'],
    ['DELETE', '/toys/telemetry', '/toys/{toyId}'],
  ])('is known by its path, and is no route: %s %s', (method, path, template) => {
    expect(all.findNotEmulated(method, path)?.path).toBe(template);
    expect(all.find(method, path)).toBeNull();
  });

  it.each(['/toys', '/toys/7', '/toys/newest'])('is not %s', (path) => {
    expect(all.findNotEmulated('GET', path)).toBeNull();
    expect(all.find('GET', path)).not.toBeNull();
  });
});

describe('the slash at the end', () => {
  const [list, item, bare] = [route('GET', '/dolls/'), route('GET', '/dolls/{dollId}/'), route('GET', '/balls')];
  const withQuirk = (one: Route): Route =>
    ({ ...one, service: { conventions: { optionalTrailingSlash: true } } }) as unknown as Route;
  const either = new Routes([list, item, bare].map(withQuirk));

  it.each([
    ['/dolls/', '/dolls/', {}],
    ['/dolls', '/dolls/', {}],
    ['/dolls/7/', '/dolls/{dollId}/', { dollId: '7' }],
    ['/dolls/7', '/dolls/{dollId}/', { dollId: '7' }],
    ['/balls', '/balls', {}],
  ])('may be left out at %s, where the service has that habit', (path, template, params) => {
    const found = either.find('GET', path);

    expect([found?.route.operation.path, found?.params]).toEqual([template, params]);
  });

  it.each(['/dolls//', '/dolls/7//', '/balls/'])('is neither doubled nor added: %s', (path) => {
    expect(either.find('GET', path)).toBeNull();
  });

  it.each(['/dolls', '/dolls/7'])('is needed at %s, where the service has no such habit', (path) => {
    expect(new Routes([list, item]).find('GET', path)).toBeNull();
  });
});

describe('the methods of a path are', () => {
  it.each([
    ['/toys', ['GET', 'HEAD', 'POST']],
    ['/toys/newest', ['GET', 'HEAD']],
    ['/%74oys', ['GET', 'HEAD', 'POST']],
    ['/dolls', []],
  ])('of %s: %j', (path, methods) => {
    expect(routes.methodsOf(path)).toEqual(methods);
  });
});

it('the operations of a service are told in the order of its document', () => {
  const [first, second] = [route('GET', '/dolls'), route('GET', '/cars')].map(({ operation }) => operation);
  const of = (name: string, operation: unknown) => ({ service: { name }, operation }) as unknown as Route;
  const several = new Routes([of('toys', first), of('games', {}), of('toys', second)]);

  expect(several.operationsOf('toys')).toEqual([first, second]);
  expect(several.operationsOf('cars')).toEqual([]);
});

describe('what only other versions have', () => {
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
  ])('is known by method and path, with or without the slash at its end: %s %s', (method, path, profiles) => {
    expect(findOtherVersion(others, method, path)?.profiles ?? []).toEqual(profiles);
    expect(new Routes([], others).findInOtherVersions(method, path)?.profiles ?? []).toEqual(profiles);
  });
});

const DOCUMENTS = SERVICES.flatMap((service) => {
  const names = new Set(service.rules.rulesets.map(({ document }) => document));
  return [...names].map((name) => ({ name, service }));
});

describe.each(DOCUMENTS)('at the paths of $name', async ({ name, service }) => {
  const text = readFileSync(new URL(`../../dist/openapi/${name}.json`, import.meta.url), 'utf8');
  const { operations } = await apiDocument(JSON.parse(text));
  const all = new Routes(operations.map((operation) => ({ service, operation }) as Route));

  it('every operation finds itself, with all its parameters', () => {
    const lost = operations.filter(({ method, path, pathParams }) => {
      const found = all.find(method, path.replaceAll(/\{([^}]+)\}/g, 'some-$1'));
      const params = Object.fromEntries(pathParams.map((param) => [param, `some-${param}`]));
      expect.soft(found?.params).toEqual(params);
      return found?.route.operation.path !== path;
    });

    expect(lost.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});
