import { expect } from 'vitest';
import type { Answer } from './server.ts';

/** Expects a Run:ai refusal, and returns its message. */
export function runaiRefusal({ status, body, headers }: Pick<Answer, 'status' | 'body' | 'headers'>): string {
  expect(headers['content-type']).toMatch(/^application\/json\b/);
  const { details, ...documented } = body;
  expect(documented).toEqual({ code: status, message: expect.stringMatching(/\w/) });
  expect(details === undefined || typeof details === 'string').toBe(true);
  return [documented.message, details].filter(Boolean).join(' ');
}

/** Expects a problem document (RFC 9457), and returns its detail. */
export function problemDocument({ status, body, headers }: Pick<Answer, 'status' | 'body' | 'headers'>): string {
  expect(headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(body).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/\w/),
    status,
    detail: expect.stringMatching(/\w/),
  });
  return body.detail;
}
