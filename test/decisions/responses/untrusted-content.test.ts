import { describe, expect, it } from 'vitest';
import { createUntrustedContentHeaders } from '../../../src/decisions/responses/media-type.ts';

const SAFE = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' };

describe('content of a user', () => {
  it.each(['application/json', 'application/problem+json', 'TEXT/plain', 'text/plain ; charset=utf-8'])(
    'of type %s is shown',
    (type) => {
      expect(createUntrustedContentHeaders(type)).toEqual(SAFE);
    },
  );

  it.each([
    undefined,
    '',
    'text/html',
    'image/svg+xml',
    'application/json5',
    'text/plain, text/html',
    'x-text/plain',
    'text/plain; charset=utf-8; x=y',
    'application/a/b+json',
  ])('of type %s is downloaded', (type) => {
    expect(createUntrustedContentHeaders(type)).toEqual({ ...SAFE, 'content-disposition': 'attachment' });
  });
});
