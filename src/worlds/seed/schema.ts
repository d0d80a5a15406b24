import { type SeedSchema, schema, text } from '../../contract/json-schema.ts';
import type { SeedList } from '../../contract/seed.ts';
import type { ServiceDefinition } from '../../contract/service.ts';
import { own } from '../../lib/members.ts';

const SCHEMA_REFERENCE = text('The URL or path of the schema, for editors; the mock ignores it.');
const EXTENDS = text(
  'The seed to change: `builtin` for the built-in cast, or the path of a file, relative to this file. All other members are changes to that seed.',
);
const REMOVE = schema(
  { const: true },
  'Removes the entry that the other members identify. No further members are allowed.',
);

/** Returns the JSON Schema (draft-07) of seed files, for editors: of complete seeds, and of those that extend one. */
export function createSeedSchema(services: readonly ServiceDefinition[]): object {
  const seeded = services.flatMap(({ name, title, seed }) => (seed === null ? [] : [{ name, title, seed }]));
  const parts = (schemaOf: (schema: SeedSchema, lists: Readonly<Record<string, SeedList>>) => SeedSchema) =>
    Object.fromEntries(
      seeded.map(({ name, title, seed }) => [
        name,
        schema(schemaOf(seed.schema, seed.lists), `The contents of ${title}.`),
      ]),
    );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Seed of nv-auth-mock',
    description: 'The initial state of a world: its principals, their credentials, and their objects.',
    type: 'object',
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
    then: { $ref: '#/definitions/changes' },
    else: { $ref: '#/definitions/world' },
    definitions: {
      world: {
        title: 'A whole world',
        description: 'The complete contents; an omitted part is empty.',
        type: 'object',
        properties: { $schema: SCHEMA_REFERENCE, extends: EXTENDS, ...parts((schema) => schema) },
        additionalProperties: false,
      },
      changes: {
        title: 'Changes to another seed',
        description: 'The differences from the extended seed; null removes an optional member.',
        type: 'object',
        properties: {
          $schema: SCHEMA_REFERENCE,
          extends: EXTENDS,
          ...parts((schema, lists) => orNull(toChangesSchema(schema, lists))),
        },
        additionalProperties: false,
      },
    },
  };
}

/** Returns the schema for changes: no member is required, and optional members can be removed. */
function toChangesSchema(schema: SeedSchema, lists: Readonly<Record<string, SeedList>> = {}): SeedSchema {
  const { properties, required = [] } = schema;
  if (properties === undefined) return schema;
  const changes = Object.entries(properties).map(([name, member]) => {
    const list = own(lists, name);
    const change =
      list === undefined || member.items === undefined
        ? toChangesSchema(member)
        : { ...member, items: toEntryChangesSchema(member.items, list) };
    return [name, required.includes(name) ? change : orNull(change)] as const;
  });
  return { ...schema, properties: Object.fromEntries(changes), required: [] };
}

function toEntryChangesSchema(schema: SeedSchema, { idMembers }: SeedList): SeedSchema {
  const { properties, ...changes } = toChangesSchema(schema);
  const requiredMembers = idMembers.filter((member) => schema.required?.includes(member));
  return { ...changes, properties: { ...properties, remove: REMOVE }, required: requiredMembers };
}

function orNull(schema: SeedSchema): object {
  const { type, enum: values, anyOf } = schema;
  if (values !== undefined) return { ...schema, enum: [...new Set([...values, null])] };
  if (anyOf !== undefined) return { ...schema, anyOf: [...anyOf, { type: 'null' }] };
  return type === undefined ? schema : { ...schema, type: [type, 'null'].flat() };
}
