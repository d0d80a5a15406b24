import { describe, expect, it } from 'vitest';
import { formatCurlCommand, formatShellWord, formatTokenCommand } from '../../src/lib/curl.ts';

const SERVER = { base: 'http://mock:6625', isGuarded: false, separator: ' ' };
const GET = { method: 'GET', target: '/v2/nvcf/functions', headers: {}, body: null };

describe('a curl command', () => {
  it.each([
    [GET, `curl 'http://mock:6625/v2/nvcf/functions'`],
    [{ ...GET, method: 'HEAD' }, `curl --head 'http://mock:6625/v2/nvcf/functions'`],
    [{ ...GET, target: '/a?b[]=1' }, `curl --globoff 'http://mock:6625/a?b[]=1'`],
    [
      { method: 'POST', target: '/a', headers: { 'content-type': 'text/plain' }, body: "it's" },
      `curl -X POST 'http://mock:6625/a' -H 'content-type: text/plain' --data-raw 'it'\\''s'`,
    ],
  ])('sends the request %j', (call, command) => {
    expect(formatCurlCommand(call, SERVER)).toBe(command);
  });

  it('sends a credential or the variable of a credential', () => {
    expect(formatCurlCommand(GET, SERVER, 'nvapi-a')).toContain(`-H 'Authorization: Bearer nvapi-a'`);
    expect(formatCurlCommand(GET, SERVER, '$TOKEN')).toContain(`-H "Authorization: Bearer $TOKEN"`);
  });

  it('sends the admin token to the control API only', () => {
    const guarded = { ...SERVER, isGuarded: true };

    expect(formatCurlCommand({ ...GET, target: '/_mock/cast' }, guarded)).toContain(
      '-H "x-mock-admin-token: $NV_AUTH_MOCK_ADMIN_TOKEN"',
    );
    expect(formatCurlCommand(GET, guarded)).not.toContain('admin');
  });

  it('can request the token of a principal', () => {
    expect(formatTokenCommand('ada', { ...SERVER, options: ['-k'] })).toBe(
      `TOKEN=$(curl -s -k -X POST 'http://mock:6625/_mock/tokens' -H 'content-type: application/json' --data-raw '{"for":"ada"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    );
  });
});

it.each([
  ['./a.tgz', './a.tgz'],
  ['my file', `'my file'`],
])('a word of a shell is quoted only if needed: %j', (text, word) => {
  expect(formatShellWord(text)).toBe(word);
});
