/** The fixes of a refusal, the sentence about it, and what is copied of it: data, without a browser. */
import './support/page.ts';
import { describe, expect, it } from 'vitest';
import type { Decision, RecordedRequest } from '../src/control-api/client.ts';
import { toCall, toCurl } from '../src/state/call.ts';
import { pickCaller, senders } from '../src/state/caller.ts';
import type { Identity } from '../src/state/identities.ts';
import type { ListedOperation } from '../src/state/operations.ts';
import {
  findNearest,
  listCandidates,
  listNearestCandidates,
  listPathRemedies,
  listRemedies,
} from '../src/state/remedies.ts';
import { toAssertion, toTest } from '../src/views/requests/as-test.ts';
import { describeRefusal } from '../src/views/requests/refusal-text.ts';

const ID = '6e4c8a30-1b2d-4f75-9c08-5a7d3e1f0002';
const MESSAGE = { headers: {}, body: null, size: null, truncated: false };

function requestOf(members: object = {}, headers: object = { authorization: 'Bearer nvapi-x' }, body: unknown = null) {
  const refused = { operation: 'createFunction', service: 'nvcf', status: 403, reason: 'missing_scope' };
  return {
    ...{ id: 'r1', method: 'POST', path: '/v2/nvcf/functions', query: {}, principal: null, hints: [], fault: null },
    ...refused,
    ...members,
    request: { ...MESSAGE, headers: { 'content-type': 'application/json', ...headers }, body },
    response: MESSAGE,
  } as unknown as RecordedRequest;
}

function decisionOf(members: object): Decision {
  const request = { method: 'POST', path: '/v2/nvcf/functions' };
  return { service: 'nvcf', effect: 'deny', principal: null, fixes: [], request, ...members } as unknown as Decision;
}

const DEPLOYER = { id: ID, kind: 'service-key', name: 'nvcf-deployer' };

function keyOf(name: string, scopes: readonly string[], members: object = {}): Identity {
  const key = { id: name, name, status: 'active', org: 'acme', policy: { scopes }, ...members };
  const credentials = [{ kind: 'key', text: `nvapi-${name}` }];
  const more = { id: name, name, kind: 'service key', services: ['nvcf'], rights: scopes.join(), credentials, key };
  return more as unknown as Identity;
}

function userOf(name: string, rights: string): Identity {
  const credentials = [{ kind: 'client', id: `id of ${name}`, secret: 'the "right" one' }];
  return { id: name, name, kind: 'user', services: ['runai'], rights, credentials } as unknown as Identity;
}

const remediesOf = (given: object, canWait = true) => {
  const refusal = { request: requestOf(), identities: [], ...given } as unknown as Parameters<typeof listRemedies>[0];
  return listRemedies(refusal, [], canWait).remedies;
};

describe('the remedies of a refusal', () => {
  it('of a pending edit apply it, move the clock or, if that is not frozen, wait', () => {
    const request = { method: 'POST', path: '/_mock/propagation/flush', body: {} };
    const decision = decisionOf({
      principal: DEPLOYER,
      pending: { version: 2, effectiveAt: '2030-01-15T12:15:00Z', effect: 'allow' },
      fixes: [{ kind: 'propagation', text: 'wait', request }],
    });
    const kinds = (canWait: boolean) => remediesOf({ decision }, canWait).map(({ change }) => change.kind);

    expect(kinds(true)).toEqual(['send', 'move', 'wait']);
    expect(kinds(false)).toEqual(['send', 'move']);
  });

  it('are a vendor call as an identity that may, and the same request as an identity with the role', () => {
    const call = { method: 'POST', path: '/api/v1/authorization/access-rules', as: { principal: 'admin@acme.test' } };
    const decision = decisionOf({
      principal: { id: 'u', kind: 'user', name: 'researcher' },
      fixes: [
        { kind: 'edit', text: 'give the role', request: call, roles: ['Viewer'] },
        { kind: 'identity', text: 'call as', roles: ['Viewer'] },
      ],
    });
    const viewer = userOf('viewer', 'Viewer');
    const refusal = { request: requestOf(), decision, identities: [viewer, userOf('other', 'Editor')] };
    expect(listCandidates(refusal)).toEqual([viewer]);
    const { remedies, adviceOnly } = listRemedies(refusal, [viewer], true);

    expect(remedies.map(({ label, where, lines }) => [label, where, lines.map(({ name }) => name)])).toEqual([
      ['Fix and send again', 'by this call as admin@acme.test, here and at the real service', ['Viewer']],
      ['Send again as viewer', undefined, []],
    ]);
    expect(adviceOnly.map(({ text }) => text)).toEqual(['call as']);
  });

  it('of an unknown credential are identities with different rights, fewest scopes first, and none that is kept to be refused', () => {
    const decision = decisionOf({ reason: 'unknown_key' });
    const identities = [
      keyOf('many', ['a', 'b']),
      keyOf('one', ['a']),
      keyOf('same', ['a']),
      keyOf('nvcf-cli-retired', ['c']),
      keyOf('late', ['d'], { status: 'expired' }),
      userOf('of another API', 'Viewer'),
    ];
    const refusal = { request: requestOf(), decision, identities };
    const candidates = listCandidates(refusal);

    expect(candidates.map(({ name }) => name)).toEqual(['one', 'many']);
    const texts = listRemedies(refusal, candidates, true).remedies.map(({ text }) => text);
    expect(texts).toEqual(['Send it as service key `one`', 'Send it as service key `many`']);
  });

  it('of a body that was refused before the credential was checked are no other credentials', () => {
    const fixes = [{ kind: 'object', text: 'use a live model' }];
    const refusal = {
      request: requestOf(),
      decision: decisionOf({ reason: 'unknown_model', fixes }),
      identities: [keyOf('one', ['a'])],
    };

    expect(listCandidates(refusal)).toEqual([]);
    expect(listRemedies(refusal, refusal.identities, true)).toEqual({ remedies: [], adviceOnly: fixes });
  });

  it.each([
    ['disabled_key', 'Enable service key `mine`', { status: 'active' }],
    ['expired_key', 'Remove the expiry of service key `mine`', { expiresAt: null }],
  ])('make a key valid again: %s', (reason, text, body) => {
    const decision = decisionOf({ reason, claimed: { id: 'mine' } });
    const [remedy] = remediesOf({ decision, identities: [keyOf('mine', ['a'])] });
    const request = { method: 'PATCH', path: '/_mock/keys/mine', body };

    expect([remedy?.text, remedy?.change]).toEqual([text, { kind: 'send', request }]);
  });

  it.each([
    ['JSON', { clientId: 'id of ann', clientSecret: 'sha256:0123456789' }, 'the \\"right\\" one'],
    [
      'a form',
      'client_id=id+of+ann&x=id%20of%20ann&client_secret=sha256%3A0123456789',
      `client_secret=${encodeURIComponent('the "right" one')}`,
    ],
  ])('send the right secret in place of a wrong one, as %s', (_form, body, expected) => {
    const decision = decisionOf({ reason: 'wrong_secret', claimed: { id: 'ann' } });
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    const request = requestOf({}, { 'content-type': type }, body);
    const [remedy] = remediesOf({ request, decision, identities: [userOf('ann', 'Viewer')] });

    expect(remedy?.call?.body).toContain(expected);
    expect(remedy?.sender).toEqual({ kind: 'anonymous' });
  });

  it('of a path that no operation has are the nearest one, as its caller or as one who may', () => {
    const unknown = (path: string) => {
      const hints = [{ code: 'x', text: 'did you', request: { method: 'GET', path } }];
      return requestOf({ operation: null, status: 404, hints });
    };
    expect(findNearest(unknown('/api/v1/users/{id}'))).toBeNull();
    expect(findNearest(requestOf())).toBeNull();
    const nearest = findNearest(unknown('/v2/nvcf/functions'));
    if (nearest === null) throw new Error('the nearest one is lost');
    const identities = [
      keyOf('one', ['a']),
      keyOf('nvcf-cli-retired', ['c']),
      userOf('of an API that would refuse a simulation', 'Viewer'),
    ];
    const call = { method: 'GET', target: '/v2/nvcf/functions' };

    expect(listNearestCandidates(nearest, identities, [])).toEqual([]);
    const same = { label: 'Send GET /v2/nvcf/functions', call };
    expect(listPathRemedies(nearest, { kind: 'anonymous' }, [])).toMatchObject([same]);
    const listed = { service: 'nvcf', request: { method: 'GET', path: '/v2/{any}/functions' } };
    const candidates = listNearestCandidates(nearest, identities, [listed as unknown as ListedOperation]);
    const other = { label: 'Send as one', call, sender: { name: 'one' } };
    expect(listPathRemedies(nearest, { kind: 'unknown' }, candidates)).toMatchObject([other]);
  });
});

it.each([
  [{ principal: DEPLOYER, missing: ['a'] }, '`nvcf-deployer` lacks `a`.'],
  [{ principal: DEPLOYER, missing: ['a', 'b', 'c'] }, '`nvcf-deployer` lacks `a`, `b` and `c`.'],
  [{ principal: DEPLOYER, missingAnyOf: ['a', 'b'] }, '`nvcf-deployer` lacks `a` or `b`.'],
  [{ explanation: 'get_users was refused: no header was sent' }, 'no header was sent'],
])('a refusal is one sentence: %o', (members, sentence) => {
  expect(describeRefusal(decisionOf(members))).toBe(sentence);
});

it('the caller of a request that nothing authenticated is known if the page sent it', () => {
  const request = requestOf({ status: 200, reason: null });
  const identity = keyOf('one', ['a'], { history: [] });
  expect(pickCaller(request, null, [identity])).toEqual({ kind: 'unknown' });
  senders.set(request.id, { kind: 'key', name: 'one', text: 'nvapi-one' });

  expect(pickCaller(request, null, [identity])).toEqual({ kind: 'key', name: 'one', text: 'nvapi-one', order: null });
});

describe('a copied', () => {
  const order = { name: "it's", inferenceUrl: '/' };
  const request = requestOf({ principal: DEPLOYER }, {}, order);

  it('test is not there if the credential is unknown', () => {
    expect(toTest('vitest', request, toCall(request), { kind: 'unknown' })).toBeNull();
  });

  it.each([
    ['a secret', { clientSecret: 'sha256:0123456789' }],
    ['a malformed body', '{ (9 bytes, sha256:0123456789)'],
  ])('command says that the journal lacks %s, and there is no test', (_part, body) => {
    const recorded = requestOf({}, {}, body);
    const incomplete = { ...recorded, request: { ...recorded.request, size: 9 } };
    const call = toCall(incomplete);

    expect(toCurl(call, { kind: 'anonymous' })).toMatch(/^echo 'The journal has .+' >&2\ncurl /);
    expect(toTest('vitest', incomplete, call, { kind: 'anonymous' })).toBeNull();
  });

  it('test sends any body in place of one that was refused unread', () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '3' };
    const refused = requestOf({ status: 415, reason: null, decision: null }, headers);

    expect(toTest('vitest', refused, toCall(refused), { kind: 'anonymous' })).toContain('body: JSON.stringify({})');
  });

  it('test keeps a member `__proto__`, which a literal would take for the prototype', () => {
    const sent = requestOf({}, {}, JSON.parse('{ "__proto__": 1 }'));

    expect(toTest('vitest', sent, toCall(sent), { kind: 'anonymous' })).toContain("{ ['__proto__']: 1 }");
  });

  it.each([
    [{}, "{ operation: 'createFunction', principal: 'nvcf-deployer', status: 403, reason: 'missing_scope' }"],
    [
      { operation: null, principal: null, status: 404, reason: null },
      "{ method: 'POST', path: '/v2/nvcf/functions', status: 404 }",
    ],
  ])('assertion names operation, caller and outcome: %o', (members, outcome) => {
    const assertion = toAssertion(requestOf({ principal: DEPLOYER, ...members }));
    expect(assertion).toBe(`await expect(mock).toHaveReceived(${outcome});`);
  });
});
