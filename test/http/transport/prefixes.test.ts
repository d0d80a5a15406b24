import { describe, expect, it } from 'vitest';
import { isBelow } from '../../../src/http/transport/prefixes.ts';

describe('a path is below a prefix when', () => {
  it.each([
    ['it is the prefix', '/v2/toys', '/v2/toys'],
    ['it goes on after it', '/v2/toys/balls/7', '/v2/toys'],
    ['a variable of the prefix stands for a segment', '/v2/orgs/acme/toys/7', '/v2/orgs/{org}/toys'],
    ['a variable of the prefix stands for a variable', '/v2/orgs/{org}/toys/{id}', '/v2/orgs/{org}/toys'],
    ['the prefix ends with a variable', '/v2/orgs/acme/toys', '/v2/orgs/{org}'],
  ])('%s: %s below %s', (_when, path, prefix) => {
    expect(isBelow(path, prefix)).toBe(true);
  });
});

describe('a path is not below a prefix when', () => {
  it.each([
    ['it only begins with the same letters', '/v2/toyshop', '/v2/toys'],
    ['it is shorter', '/v2', '/v2/toys'],
    ['a fixed segment differs', '/v2/orgs/acme/tools/7', '/v2/orgs/{org}/toys'],
    ['a fixed segment only begins the same', '/v2/orgs/acme/toyshop', '/v2/orgs/{org}/toys'],
    ['it is shorter than one with a variable', '/v2/orgs/acme', '/v2/orgs/{org}/toys'],
    ['it has no segment for the variable at the end', '/v2/orgs', '/v2/orgs/{org}'],
  ])('%s: %s not below %s', (_when, path, prefix) => {
    expect(isBelow(path, prefix)).toBe(false);
  });
});
