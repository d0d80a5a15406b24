import { describe, expect, it } from 'vitest';
import { fits, isBelow, isVariable, readVariables } from '../../src/lib/path-template.ts';

describe('a path is below a prefix when', () => {
  it.each([
    ['it is the prefix', '/v2/toys', '/v2/toys'],
    ['it continues after the prefix', '/v2/toys/balls/7', '/v2/toys'],
    ['a variable of the prefix matches a segment', '/v2/orgs/acme/toys/7', '/v2/orgs/{org}/toys'],
    ['a variable of the prefix matches a variable', '/v2/orgs/{org}/toys/{id}', '/v2/orgs/{org}/toys'],
    ['the prefix ends with a variable', '/v2/orgs/acme/toys', '/v2/orgs/{org}'],
  ])('%s: %s below %s', (_when, path, prefix) => {
    expect(isBelow(path, prefix)).toBe(true);
  });
});

describe('a path is not below a prefix when', () => {
  it.each([
    ['it only starts with the same letters', '/v2/toyshop', '/v2/toys'],
    ['it is shorter', '/v2', '/v2/toys'],
    ['a fixed segment differs', '/v2/orgs/acme/tools/7', '/v2/orgs/{org}/toys'],
    ['a fixed segment only starts the same', '/v2/orgs/acme/toyshop', '/v2/orgs/{org}/toys'],
    ['it is shorter than a prefix with a variable', '/v2/orgs/acme', '/v2/orgs/{org}/toys'],
    ['it has no segment for the last variable', '/v2/orgs', '/v2/orgs/{org}'],
  ])('%s: %s not below %s', (_when, path, prefix) => {
    expect(isBelow(path, prefix)).toBe(false);
  });
});

describe('a template', () => {
  it.each([
    ['/toys/{id}', '/toys/7'],
    ['/toys/{id}/', '/toys/7/'],
    ['/toys', '/toys'],
    ['/toys', '/%74oys'],
    ['/toys', '/%74%6F%79%73'],
    ['/über', '/%C3%BCber'],
    ['/{kind}/7', '/{}/7'],
  ])('%s matches %s', (template, path) => {
    expect(fits(template.split('/'), path.split('/'))).toBe(true);
  });

  it.each([
    ['/toys/{id}', '/toys/'],
    ['/toys/{id}', '/toys/7/'],
    ['/toys/{id}/', '/toys/7'],
    ['/toys/7', '/toys/{id}'],
    ['/toys/{id', '/toys/7'],
    ['/toys', '/%2574oys'],
    ['/toys', '/%74oy'],
    ['/toys', '/%74oys%'],
    ['/a:b', '/a%3Ab'],
    ['/%74oys', '/toys'],
  ])('%s does not match %s', (template, path) => {
    expect(fits(template.split('/'), path.split('/'))).toBe(false);
  });

  const fitsWithOptionalSlash = (template: string, path: string) => fits(template.split('/'), path.split('/'), true);

  it('with a trailing slash matches without it if the slash is optional', () => {
    expect(fitsWithOptionalSlash('/toys/', '/toys')).toBe(true);
    expect(fitsWithOptionalSlash('/toys/', '/toys/')).toBe(true);
    expect(fitsWithOptionalSlash('/toys', '/toys/')).toBe(false);
    expect(fitsWithOptionalSlash('/toys/{id}/', '/toys/')).toBe(false);
    expect(fitsWithOptionalSlash('/toys', '/toy')).toBe(false);
    expect(fitsWithOptionalSlash('/toys/ball', '/toys')).toBe(false);
    expect(fitsWithOptionalSlash('/toys/7/', '/toys')).toBe(false);
  });

  it('returns the segments of its variables', () => {
    expect(readVariables('/orgs/{org}/toys/{id}', '/orgs/acme/toys/7')).toEqual([
      ['org', 'acme'],
      ['id', '7'],
    ]);
  });

  it('has variables only for whole segments', () => {
    expect(['{id}', '{}'].every(isVariable)).toBe(true);
    expect(['{id}.json', '{a}{b}', '{', 'id', ''].some(isVariable)).toBe(false);
  });
});
