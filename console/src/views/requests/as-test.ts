import type { RecordedRequest } from '../../control-api/client.ts';
import { type Call, FINGERPRINT } from '../../state/call.ts';
import type { Caller } from '../../state/caller.ts';
import { nameOrId } from '../../state/identities.ts';
import type { FixRequest } from '../../state/remedies.ts';
import { toSource } from '../../state/source.ts';

/** A test that sends a request and expects the same response. */
interface TestInput {
  readonly call: Call;
  readonly caller: Caller;
  readonly status: number;
  readonly reason: string | null;
  /** A vendor call that must come first for the request to be allowed. */
  readonly setup: FixRequest | undefined;
  /** The title of the test, such as `createFunction is refused for missing_scope`. */
  readonly name: string;
}

type Language = keyof typeof WRITERS;

/**
 * Returns the source of a test that sends this request in a separate world without faults.
 *
 * @param setup a vendor call that must come first for the request to be allowed
 * @returns null if the caller or a part of the request is unknown
 */
export function toTest(
  language: Language,
  request: RecordedRequest,
  call: Call,
  caller: Caller,
  setup?: FixRequest,
): string | null {
  const { operation, method, path, size, truncated, bodyNotSent } = { ...request, ...request.request };
  const reason = request.reason === 'outcome_unknown' ? null : request.reason;
  const status = request.statusWithoutFault ?? request.status;
  if (caller.kind === 'unknown' || status === null || truncated) return null;
  if (caller.kind === 'key' && caller.order === null && caller.text === null) return null;
  // The content of a body that was not read does not affect the response.
  const isUnread = call.problem !== null && (size === null || bodyNotSent === true);
  if ((call.problem !== null && !isUnread) || FINGERPRINT.test(JSON.stringify(call))) return null;
  const subject = operation ?? `${method} ${path}`;
  const name = reason === null ? `${subject} answers ${status}` : `${subject} is refused for ${reason}`;
  const isBodyless = method === 'GET' || method === 'HEAD';
  const body = call.body ?? (isUnread && !isBodyless ? '{}' : null);
  return WRITERS[language]({ call: { ...call, body }, caller, setup, status, reason, name });
}

/** Returns the assertion that the mock received such a request, for Vitest or Jest. */
export function toAssertion({ operation, method, path, principal, status, reason }: RecordedRequest): string {
  const match = {
    ...(operation === null ? { method, path } : { operation }),
    ...(principal !== null && { principal: nameOrId(principal) }),
    ...(status !== null && { status }),
    ...(reason !== null && reason !== 'outcome_unknown' && { reason }),
  };
  return `await expect(mock).toHaveReceived(${toSource(match)});`;
}

const WRITERS = { vitest: writeVitest, pytest: writePytest } as const;
export const LANGUAGES = Object.keys(WRITERS) as readonly Language[];

function writeVitest({ call, caller, setup, status, reason, name }: TestInput): string {
  const { method, target, body } = call;
  const members = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the test has the placeholder
    ...(caller.kind === 'anonymous' ? [] : ['authorization: `Bearer ${token}`']),
    ...Object.entries(call.headers).map((header) => toSource(Object.fromEntries([header])).slice(2, -2)),
  ];
  const options = [
    ...(method === 'GET' ? [] : [`    method: '${method}',`]),
    ...(members.length === 0 ? [] : [`    headers: { ${members.join(', ')} },`]),
    ...(body === null ? [] : [`    body: ${formatBody(body)},`]),
  ];
  const init = options.length === 0 ? '' : `, {\n${options.join('\n')}\n  }`;
  return [
    `import { expect, test } from 'nv-auth-mock/vitest';`,
    '',
    `test(${toSource(name)}, async ({ mock }) => {`,
    ...(setup === undefined ? [] : writeVitestSetup(setup)),
    ...writeVitestToken(caller),
    `  const answer = await fetch(mock.url + ${toSource(target)}${init});`,
    '',
    `  expect(answer.status).toBe(${status});`,
    ...(reason === null ? [] : [`  expect(answer).toBeRefused('${reason}');`]),
    '});',
    '',
  ].join('\n');
}

function writeVitestSetup({ method, path, body, as }: FixRequest): readonly string[] {
  return [
    `  await fetch(mock.url + ${toSource(path)}, {`,
    `    method: '${method}',`,
    `    headers: { 'content-type': 'application/json', authorization: \`Bearer \${await mock.getToken(${toSource(as?.principal)})}\` },`,
    `    body: ${formatBody(JSON.stringify(body))},`,
    '  });',
  ];
}

/** Formats a JSON body as an object literal, for readability. */
function formatBody(body: string): string {
  try {
    return `JSON.stringify(${toSource(JSON.parse(body))})`;
  } catch {
    return toSource(body);
  }
}

function writeVitestToken(caller: Caller): readonly string[] {
  if (caller.kind === 'principal') return [`  const token = await mock.getToken(${toSource(caller.name)});`];
  if (caller.kind !== 'key') return [];
  return caller.order === null
    ? [`  const token = mock.key(${toSource(caller.name)});`]
    : [`  const { key: token } = await mock.keys.create(${toSource(caller.order)});`];
}

/** Formats a string literal of Python, which is like one of JSON. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function writePytest({ call, caller, setup, status, reason, name }: TestInput): string {
  const { method, target, body } = call;
  const headers = [
    ...(caller.kind === 'anonymous' ? [] : ['"authorization": "Bearer " + token']),
    ...Object.entries(call.headers).map(([header, value]) => `${quote(header)}: ${quote(value)}`),
  ];
  return [
    ...(reason === null ? [] : ['import json']),
    'import urllib.error',
    'import urllib.request',
    '',
    '',
    `def test_${splitWords(name).join('_')}(nv_auth_mock):`,
    ...(setup === undefined ? [] : writePytestSetup(setup)),
    ...writePytestToken(caller),
    '    request = urllib.request.Request(',
    `        nv_auth_mock.url + ${quote(target)},`,
    `        method="${method}",`,
    ...(headers.length === 0 ? [] : [`        headers={${headers.join(', ')}},`]),
    ...(body === null ? [] : [`        data=${quote(body)}.encode(),`]),
    '    )',
    '    try:',
    '        answer = urllib.request.urlopen(request)',
    '    except urllib.error.HTTPError as refused:',
    '        answer = refused',
    '',
    `    assert answer.code == ${status}`,
    ...(reason === null ? [] : [`    assert json.loads(answer.headers["x-mock-decision"])["reason"] == "${reason}"`]),
    '',
  ].join('\n');
}

function writePytestSetup({ method, path, body, as }: FixRequest): readonly string[] {
  return [
    '    urllib.request.urlopen(',
    '        urllib.request.Request(',
    `            nv_auth_mock.url + ${quote(path)},`,
    `            method="${method}",`,
    `            headers={"content-type": "application/json", "authorization": "Bearer " + nv_auth_mock.token(${quote(as?.principal ?? '')})},`,
    `            data=${quote(JSON.stringify(body))}.encode(),`,
    '        )',
    '    )',
  ];
}

function writePytestToken(caller: Caller): readonly string[] {
  if (caller.kind === 'principal') return [`    token = nv_auth_mock.token(${quote(caller.name)})`];
  if (caller.kind !== 'key') return [];
  if (caller.order === null) return [`    token = nv_auth_mock.key(${quote(caller.name)})`];
  // Strings, lists and objects are the same in Python and JSON.
  const members = Object.entries(caller.order).map(([member, value]) => `${member}=${JSON.stringify(value)}`);
  return [`    token = nv_auth_mock.keys.create(${members.join(', ')})["key"]`];
}

function splitWords(name: string): readonly string[] {
  return name.toLowerCase().match(/[a-z0-9]+/g) ?? ['request'];
}
