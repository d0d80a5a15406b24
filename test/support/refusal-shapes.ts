import { expect } from 'vitest';
import type { Answer } from './server.ts';

/** Members that every problem document has (RFC 9457, 3.1). */
export const PROBLEM = {
  type: 'about:blank',
  title: expect.any(String),
  status: expect.any(Number),
  detail: expect.any(String),
};

/** Expects a refusal as Run:ai tells it, and gives what it says. */
export function runaiRefusal({ status, body, headers }: Pick<Answer, 'status' | 'body' | 'headers'>): string {
  expect(headers['content-type']).toMatch(/^application\/json\b/);
  const { details, ...documented } = body;
  expect(documented).toEqual({ code: status, message: expect.stringMatching(/\w/) });
  expect(details === undefined || typeof details === 'string').toBe(true);
  return [documented.message, details].filter(Boolean).join(' ');
}

/** Expects a problem document, and gives what it says. */
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
