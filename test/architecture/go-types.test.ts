import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { goTypes, goTypesOf, TARGET } from '../../scripts/clients/go.mjs';

const TEXT = { type: 'string' };

/** Lists the members of a type, one per line. */
function listMembers(schema: object, others: Readonly<Record<string, object>> = {}): string[] {
  const [, body = ''] = /^type Thing struct \{\n(.*?)^\}$/ms.exec(goTypesOf({ Thing: schema, ...others })) ?? [];
  return body.split('\n').filter((line) => line !== '');
}

const createObject = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('the types of the Go module', () => {
  it('are those of the control API’s document; update them with `node scripts/clients/go.mjs`', async () => {
    const types = await goTypes();

    expect(types).toContain('type RecordedRequest struct {');
    expect(await readFile(TARGET, 'utf8')).toBe(types);
  });

  it('have Go names', () => {
    const properties = {
      clientId: TEXT,
      redirectUris: { type: 'array', items: TEXT },
      jwksUri: TEXT,
      durationMs: TEXT,
    };
    expect(listMembers(createObject(properties, { required: Object.keys(properties) }))).toEqual([
      '\tClientID string `json:"clientId"`',
      '\tRedirectURIs []string `json:"redirectUris"`',
      '\tJwksURI string `json:"jwksUri"`',
      '\tDurationMS string `json:"durationMs"`',
    ]);
  });

  it('are pointers if absence differs from zero', () => {
    const lists = { list: { type: 'array', items: TEXT } };
    const numbers = { times: { type: 'integer', minimum: 0 }, status: { type: 'integer', minimum: 100 } };
    const flags = { public: { type: 'boolean', default: true }, force: { type: 'boolean' } };
    const properties = { text: TEXT, at: { ...TEXT, format: 'date-time' }, ...numbers, ...flags, ...lists };
    const types = (schema: object) => listMembers(schema).map((line) => line.split(' ').slice(0, 2).join(' ').trim());

    expect(types(createObject(properties, { additionalProperties: false }))).toEqual([
      'Text string',
      'At *time.Time',
      'Times *int',
      'Status int',
      'Public *bool',
      'Force bool',
      'List *[]string',
    ]);
    expect(types(createObject(lists))).toEqual(['List []string']);
    expect(types(createObject(properties, { required: Object.keys(properties) })).join()).not.toContain('*');
  });

  it('have the names of the library, also in nested types, and constants for enums', () => {
    const match = { ...createObject({}), 'x-type': 'ThingMatch' };
    const kind = { type: 'string', enum: ['one-off', 'daily'], description: 'How often.' };
    const properties = { match: { $ref: '#/components/schemas/Match' }, kind: { $ref: '#/components/schemas/Kind' } };
    const others = { Match: match, Kind: kind };

    expect(listMembers(createObject(properties), others)).toEqual([
      '\tMatch *ThingMatch `json:"match,omitempty"`',
      '\tKind Kind `json:"kind,omitempty"`',
    ]);
    expect(goTypesOf(others)).toContain('// Kind: How often.\ntype Kind string\n');
    expect(goTypesOf(others)).toContain('\tKindOneOff Kind = "one-off"\n\tKindDaily  Kind = "daily"\n');
  });
});
