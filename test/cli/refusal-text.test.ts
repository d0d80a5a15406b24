import { describe, expect, it } from 'vitest';
import type { Decision } from '../../generated/library.ts';
import { isRefused, type Refusal, renderRefusal } from '../../src/cli/refusal-text.ts';

const SERVER = { base: 'http://mock:6625/w/acme', isGuarded: false, separator: ' ' };
const KEY = { kind: 'service-key', id: 'k1', name: 'reader' } as const;

const REQUEST: Refusal['request'] = {
  id: 'a1-r1',
  at: '2026-01-01T00:00:00.000Z',
  world: 'acme',
  service: 'nvcf',
  operation: 'createFunction',
  method: 'POST',
  url: 'http://mock:6625/w/acme/v2/nvcf/functions',
  path: '/v2/nvcf/functions',
  query: {},
  status: 403,
  principal: KEY,
  reason: 'missing_scope',
  decision: 'a1-1',
  explanation: null,
  hints: [],
  fault: null,
  done: false,
  durationMs: 1,
};

const DECISION: Decision = {
  id: 'a1-1',
  at: REQUEST.at,
  service: 'nvcf',
  operation: 'createFunction',
  effect: 'deny',
  principal: KEY,
  request: { method: 'POST', path: '/v2/nvcf/functions' },
  rule: 'create-function',
  reason: 'missing_scope',
  missing: ['register_function'],
  held: ['list_functions'],
  fixes: [],
  explanation: 'createFunction was refused: it needs `register_function`',
};

const MALFORMED: Refusal['request'] = {
  ...REQUEST,
  status: 400,
  reason: null,
  decision: null,
  explanation: 'Field `name` is missing.',
};

/** Renders a refusal with these members. */
function renderText(request: Partial<Refusal['request']>, decision: Partial<Decision> = {}, server = SERVER): string {
  const refusal = { request: { ...REQUEST, ...request }, decision: { ...DECISION, ...decision }, required: '`a`.' };
  return renderRefusal(refusal, server);
}

describe('the text of a refusal', () => {
  it('has the request, the required and held rights, the explanation, the fixes and other causes', () => {
    const fixes: Decision['fixes'] = [
      { kind: 'hint', text: 'this hint is listed with the request' },
      { kind: 'policy', text: 'add the scope', request: { method: 'PATCH', path: '/_mock/keys/k1', body: { a: 1 } } },
      { kind: 'identity', text: 'use another key' },
    ];
    const hints = [{ code: 'other', text: 'the path has a typo' }];
    const binding = { fits: true, accepted: ['All Functions'], held: 'All Functions' };

    expect(renderText({ hints }, { fixes, binding })).toBe(
      [
        'Refused: POST /v2/nvcf/functions (answered with 403)',
        '  caller:    service key `reader`',
        '  required:  `a`.',
        '  held:      `list_functions`; bound to All Functions',
        '  reason:    missing_scope',
        '  request:   a1-r1, decision a1-1, at 2026-01-01T00:00:00.000Z',
        '  console:   http://mock:6625/w/acme/#/requests?request=a1-r1',
        '',
        'createFunction was refused: it needs `register_function`',
        '',
        'How to fix it:',
        '  1. add the scope (recommended)',
        `     curl -X PATCH 'http://mock:6625/w/acme/_mock/keys/k1' -H 'content-type: application/json' --data-raw '{"a":1}'`,
        '  2. use another key',
        '',
        'Other possible causes:',
        '  - the path has a typo\n',
      ].join('\n'),
    );
  });

  it('has a command for a token before a fix by another principal', () => {
    const request = { method: 'POST', path: '/api/v1/roles', body: {}, as: { principal: 'ada' } } as const;
    const lines = renderText({}, { fixes: [{ kind: 'role', text: 'give a role', request }] }).split('\n');
    const at = lines.indexOf('  1. give a role');

    expect(lines[at + 1]).toMatch(/^ {5}TOKEN=\$\(curl .*\{"for":"ada"\}/);
    expect(lines[at + 2]).toMatch(/^ {5}curl -X POST .*\/w\/acme\/api\/v1\/roles' -H "Authorization: Bearer \$TOKEN"/);
  });

  it('has the explanation of the journal for a refusal without a decision', () => {
    const hints = [{ code: 'form', text: 'The body is a form.' }];
    const text = renderRefusal({ request: { ...MALFORMED, hints }, decision: null, required: null }, SERVER);

    expect(text).toContain('(answered with 400)');
    expect(text).toContain('\n\nField `name` is missing.\n\nPossible causes:\n  - The body is a form.\n');
    expect(text).not.toMatch(/required|held|How to fix/);
  });

  it('has the claimed caller of a rejected credential', () => {
    expect(renderText({}, { principal: null })).toContain(
      'caller:    not accepted, claims to be service key `reader`\n',
    );
    expect(renderText({ principal: null }, { principal: null })).toContain('caller:    unknown\n');
  });

  it.each([
    ['roles', { roles: ['Viewer'] }, 'held:      `list_functions`; by the role `Viewer`\n'],
    ['no held rights', { held: [] }, 'held:      nothing\n'],
    [
      'the source of an undocumented rule',
      { certainty: 'inferred', source: 'a page' } as const,
      'certainty: inferred, not documented: a page\n',
    ],
  ])('has %s', (_, decision, line) => {
    expect(renderText({}, decision)).toContain(`  ${line}`);
  });

  it('has the fault that closed the connection', () => {
    const request = { ...MALFORMED, status: null, explanation: null, fault: 'f1' };
    const text = renderRefusal({ request, decision: null, required: null }, SERVER);

    expect(text).toContain('(the connection was closed without a response)');
    expect(text).toContain('  fault:     f1\n');
  });

  it('has escaped control characters', () => {
    const text = renderText({ path: '/a\x1b[2J' }, { explanation: 'b\rc\nd\x9b1A' });

    expect(text).toContain('/a\\x1b[2J');
    expect(text).toContain('b\\x0dc\\x0ad\\x9b1A\n');
  });
});

it.each<[Partial<Refusal['request']>, boolean]>([
  [{}, true],
  [{ status: 404, reason: null, decision: null }, true],
  [{ status: null, reason: null }, true],
  [{ status: 200, reason: 'missing_scope' }, true],
  [{ status: 200, reason: null }, false],
  [{ status: 302, reason: null }, false],
])('isRefused of a request with %j returns %j', (request, refused) => {
  expect(isRefused({ ...REQUEST, ...request })).toBe(refused);
});
