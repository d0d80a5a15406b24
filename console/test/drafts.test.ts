import './support/page.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KeyOrder } from '../src/control-api/client.ts';
import { findField } from '../src/parts/field-error.ts';
import type { NgcKey } from '../src/state/keys.ts';
import type { ListedOperation } from '../src/state/operations.ts';
import type { Ruleset } from '../src/state/rulesets.ts';
import * as fault from '../src/views/faults/draft.ts';
import * as key from '../src/views/identities/draft.ts';

const OPERATIONS = [
  { service: 'runai', id: 'grant_token', title: 'Get an access token', route: 'GET /x' },
  { service: 'nvcf', id: 'createFunction', title: 'Create a function', route: 'GET /x' },
  { service: 'nvcf', id: 'createChatCompletion', title: 'Chat', route: 'GET /x' },
  { service: 'catalogue', id: 'createChatCompletion', title: 'Chat', route: 'GET /x' },
].map((listed) => ({ ...listed, needs: '', evidence: [], request: null }));
const START = fault.readAddress({}, OPERATIONS);
const orderOf = (texts: fault.Texts, address: fault.Texts = {}) =>
  fault.toOrder({ ...fault.readAddress(address, OPERATIONS), ...texts }, OPERATIONS);

describe('the draft of a fault', () => {
  it('finds the endpoints that issue tokens in all documents of the vendor', () => {
    const documents = new URL('../../dist/openapi/', import.meta.url);
    const texts = readdirSync(documents)
      .filter((name) => name !== 'control.json')
      .map((name) => readFileSync(new URL(name, documents), 'utf8'));
    const ids = new Set([...texts.join('').matchAll(/"operationId":\s*"(\w+)"/g)].map(([, id = '']) => id));
    const found = fault.findTokenOperations([...ids].map((id) => ({ ...OPERATIONS[0], id })) as ListedOperation[]);
    const issuing = [...ids].filter((id) => /^(?:grant|app|exchange|refresh)_|^(?:get|create)\w*Token$/.test(id));

    expect(issuing.length).toBeGreaterThan(9);
    expect(found.map(({ id }) => id).sort()).toEqual(issuing.sort());
  });

  it.each<[fault.Texts, object?]>([
    [{ make: 'yes' }, { operations: ['grant_token'] }],
    [{ which: 'all' }, {}],
    [{ service: 'nvcf' }],
    [{ operation: 'unknown' }],
    [{ service: 'catalogue', operation: 'createChatCompletion' }],
    [{ operation: 'createFunction', principal: 'ci' }],
    [{ method: 'GET', path: '/v9/x', principal: 'ci' }],
  ])('matches the requests of the address: %j', (address, match = address) => {
    expect(orderOf({}, address)).toMatchObject({ match, times: 1, do: { status: 503 } });
  });

  it.each([
    ['503', { status: 503, offDocument: true }],
    ['Slow, 2 s', { delay: '2s' }],
    ['Dropped connection', { drop: 'before' }],
    ['401 Unauthorized', { status: 401, offDocument: true }],
    ['429 with Retry-After', { status: 429, retryAfter: 3, offDocument: true }],
    ['Garbage body', { body: 'garbage' }],
  ])('is filled in by the preset %s alone', (label, action) => {
    const [, preset = {}] = fault.PRESETS.find(([name]) => name === label) ?? [];
    const texts = fault.applyPreset({ ...START, 'do.delay': '9s', 'do.answer': '{}' }, preset);

    expect(fault.toOrder(texts, OPERATIONS).do).toEqual(action);
    expect(fault.PRESETS.filter(([, each]) => fault.isPresetActive(texts, each))).toEqual([[label, preset]]);
  });

  it.each([
    ['do.answer', '{"status": 200, "body": 1}', { answer: { status: 200, body: 1 }, offDocument: true }],
    ['do.drop', 'headers', { drop: 'headers' }],
    ['do.drop', 'body', { status: 503, drop: 'body', offDocument: true }],
    ['do.offDocument', '', { status: 503 }],
  ])('has no status if %s is %s and hides it, and allows undocumented responses by default', (name, text, action) => {
    expect(orderOf(fault.changeText(START, name, text)).do).toEqual(action);
  });

  it.each([
    [{ 'do.answer': '{"status": 200, body}' }, 'do.answer'],
    [{ which: 'operation' }, 'match.operation'],
  ])('names the field that is wrong: %j', (texts, name) => {
    expect(() => orderOf(texts)).toThrow(`Field \`${name}\``);
  });

  it('is shown as test code with the shorter call for one operation, and as none without an effect', () => {
    const codeOf = (texts: fault.Texts, address: fault.Texts) => fault.toTestCode(orderOf(texts, address));
    const operation = { operation: 'grant_token' };

    expect(codeOf({ times: '2', 'do.retryAfter': '3' }, operation)).toBe(
      "await mock.faults.next('grant_token', { status: 503, retryAfter: 3, offDocument: true, times: 2 });",
    );
    expect(codeOf({ times: '', after: '1' }, operation)).toBe(
      "await mock.faults.add({ match: { operation: 'grant_token' }, after: 1, do: { status: 503, offDocument: true } });",
    );
    const all = 'await mock.faults.add({ times: 1, do: { status: 503, offDocument: true } });';
    expect(codeOf({}, { which: 'all' })).toBe(all);
    expect(codeOf({ 'do.status': '' }, operation)).toBeNull();
  });

  it('has the errors of the control API at its fields', () => {
    expect(findField('Field `do.delay.min` must not be longer.', fault.FIELDS)).toBe('do.delay');
    expect(findField('Fields `do.drop` and `do.body` exclude each other.', fault.FIELDS)).toBe('do.drop');
    expect(findField('Field `match` is too long.', fault.FIELDS)).toBeUndefined();
  });
});

// Only the members that drafts read.
const NVCF = {
  service: 'nvcf',
  unbound: 'can do nothing',
  rules: [
    { id: 'list', needs: { any: ['list_functions'] }, on: ['account'] },
    { id: 'deploy', needs: { all: ['list_functions', 'deploy_function'] }, on: ['account'] },
    { id: 'telemetry', needs: { all: ['manage_telemetries'] }, on: ['entity'] },
  ],
  operations: [
    { id: 'listFunctions', rule: 'list' },
    { id: 'createDeployment', rule: 'deploy' },
    { id: 'listTelemetries', rule: 'telemetry' },
    { id: 'getHealth', rule: 'open' },
  ],
  grants: [{ id: 'list_functions' }, { id: 'deploy_function' }, { id: 'manage_telemetries', onlyOn: ['entity'] }],
  resourceTypes: [
    { id: 'one', label: 'Private Functions', names: '<functionId>' },
    { id: 'account', label: 'All Functions', names: null },
    { id: 'entity', label: 'All Entity', names: null },
  ],
} as unknown as Ruleset;
const AIR = { service: 'air', rules: [], operations: [], grants: [] } as unknown as Ruleset;

describe('the draft of a key', () => {
  it('has the values of the address, and a free name', () => {
    const taken = [{ name: 'my-key' }, { name: 'my-key-2' }];
    const address = { make: 'service', scopes: 'a,b', resource: '{"type":"All Functions"}' };

    expect(key.createDraft(address, taken)).toEqual({
      type: 'service',
      name: 'my-key-3',
      services: ['nvcf'],
      scopes: ['a', 'b'],
      resource: [{ type: 'All Functions' }],
      roles: [],
    });
    const other = { type: 'personal', name: 'x', services: ['air'] };
    expect(key.createDraft({ make: 'personal', name: 'x', services: 'air' }, [])).toMatchObject(other);
  });

  it.each(['{', 'null', '{}', '{"type":"Function","ids":"x"}', '{"type":"Function","ignoredIds":[1]}'])(
    'ignores what is no resource in the address: %s',
    (resource) => {
      expect(key.createDraft({ resource }, []).resource).toEqual([]);
    },
  );

  it('of an existing key edits only what the user changed, and can remove the expiry', () => {
    const policy = { scopes: ['a'], resource: { type: 'All Functions' } };
    const stored = { type: 'service', name: 'x', services: ['nvcf'], policy, expiresAt: '2030-01-15T12:00:00Z' };
    const initial = key.draftOfKey(stored as unknown as NgcKey);

    expect(key.toEdit({ ...initial, scopes: ['a', 'b'], force: true }, initial)).toEqual({
      scopes: ['a', 'b'],
      force: true,
    });
    expect(key.toEdit({ ...initial, name: 'y', expiresAt: '' }, initial)).toEqual({ name: 'y', expiresAt: null });
  });

  it.each([
    [[], [], ['All Functions']],
    [['manage_telemetries'], [], ['All Entity']],
    [['list_functions'], [{ type: 'one', ids: ['f'] }], []],
  ])('with scopes %j, bound to %j, still needs %j', (scopes, resource, missing) => {
    const draft = { ...key.createDraft({}, []), scopes, resource };

    expect(key.findMissingResources(draft, [NVCF, AIR])).toEqual(missing);
    expect(key.findMissingResources({ ...draft, type: 'personal' }, [NVCF])).toEqual([]);
  });

  it('has no resource to offer if none goes with all of its scopes', () => {
    const grants = [
      { id: 'a', onlyOn: ['entity'] },
      { id: 'b', onlyOn: ['account'] },
    ];
    const limited = { ...NVCF, grants } as unknown as Ruleset;

    expect(key.findMissingResources(key.createDraft({ scopes: 'a,b' }, []), [limited])).toBeNull();
  });

  it('sorts operations, with the refused ones by the reason', () => {
    const draft = { ...key.createDraft({ scopes: 'list_functions' }, []), resource: [{ type: 'All Functions' }] };
    const effects = [
      { operation: 'listFunctions', service: 'nvcf', effect: 'allow' },
      { operation: 'createDeployment', service: 'nvcf', effect: 'deny', missing: ['deploy_function'] },
      { operation: 'listTelemetries', service: 'nvcf', effect: 'deny', missing: ['manage_telemetries'] },
      { operation: 'getHealth', service: 'nvcf', effect: 'allow' },
    ] as const;

    expect(key.groupEffects(effects, draft, NVCF)).toEqual({
      allowed: ['listFunctions'],
      open: ['getHealth'],
      refused: new Map([['it lacks deploy_function', ['createDeployment']]]),
    });
    const refused = [{ operation: 'listFunctions', service: 'nvcf', effect: 'deny' }] as const;
    const reasonsOf = (resource: NonNullable<KeyOrder['resource']>) => [
      ...key.groupEffects(refused, { ...draft, resource }, NVCF).refused.keys(),
    ];
    expect(reasonsOf([])).toEqual(['it is not bound to a resource']);
    expect(reasonsOf([{ type: 'one', ids: ['f'] }])).toEqual(['it must be bound to All Functions']);
  });

  it('is ordered with the members of its type only, and without a resource that lacks its ids', () => {
    const draft = {
      ...key.createDraft({ name: 'x', scopes: 'a', roles: 'r' }, []),
      user: 'u@acme.test',
      expiresAt: '',
    };
    const two = { type: 'two', ids: [], ignoredIds: ['f'] };
    const resource = [{ type: 'one', ids: [] }, two];
    const same = { name: 'x', services: ['nvcf'] };

    const ordered = { type: 'service', ...same, scopes: ['a'], resource: [two], force: true };
    expect(key.toOrder({ ...draft, resource, force: true })).toEqual(ordered);
    const personal = { type: 'personal', ...same, user: 'u@acme.test', roles: ['r'] };
    expect(key.toOrder({ ...draft, type: 'personal' })).toEqual(personal);
  });

  it('has the messages of the control API without JSON', () => {
    expect(key.toFormText('It can do nothing. Send `"resource"`.')).toBe('It can do nothing.');
    expect(key.toFormText('Not available; send `"force": true`.')).toBe(
      'Not available; Tick “Allow what the documents rule out” to store it anyway.',
    );
  });
});
