import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createDerivation } from '../../../src/tokens/derivation.ts';
import { findSchemaErrors } from '../../../src/worlds/seed/check.ts';
import { deriveSeed, readCast } from '../../../src/worlds/seed/index.ts';
import { createSeedSchema } from '../../../src/worlds/seed/schema.ts';
import { documentationPages, ROOT } from '../../package/architecture/source-files.ts';
import { shareOf } from '../../support/properties.ts';
import { explicit, onlyNames, seedFrom, withoutIds } from '../../support/seeds.ts';
import { SERVICES } from '../../support/services.ts';

const built = JSON.parse(readFileSync(join(ROOT, 'dist/seed.schema.json'), 'utf8'));
const ajv = addFormats.default(new Ajv({ allErrors: true, strictTypes: false, strictRequired: false }));
const validate = ajv.compile(built);
const findErrors = (value: unknown) => (validate(value) ? [] : (validate.errors ?? []));

interface Schema {
  readonly description?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Yields a schema and its nested schemas, each with its path. */
function* listSchemas(schema: Schema, place: string): Generator<[place: string, schema: Schema]> {
  yield [place, schema];
  for (const [name, member] of Object.entries(schema.properties ?? {})) yield* listSchemas(member, `${place}.${name}`);
  if (schema.items !== undefined) yield* listSchemas(schema.items, `${place}[]`);
  for (const variant of schema.anyOf ?? []) yield* listSchemas(variant, place);
}

const schemas = ['world', 'changes'].flatMap((name) => [...listSchemas(built.definitions[name], name)]);
/** All schemas except those of vendor objects. */
const OURS = schemas.filter(([place]) => !place.includes('.definition'));

describe('the JSON Schema of seeds', () => {
  it('in the package is that of the services', () => {
    expect(built).toEqual(JSON.parse(JSON.stringify(createSeedSchema(SERVICES))));
    expect(createRequire(join(ROOT, 'test/seed/'))('nv-auth-mock/seed.schema.json').title).toBe('Seed of nv-auth-mock');
  });

  it('has a sentence as description of each member', () => {
    const members = OURS.flatMap(([place, { properties = {} }]) =>
      Object.entries(properties).map(([name, { description = '' }]) => ({ at: `${place}.${name}`, description })),
    );

    expect(members.length).toBeGreaterThan(150);
    expect(members.filter(({ description }) => !/^[A-Z].*\.$/.test(description))).toEqual([]);
  });

  it('allows no additional properties, except in vendor objects', () => {
    const open = OURS.filter(([, schema]) => schema.properties !== undefined && schema.additionalProperties !== false);
    // Including the objects in their entries.
    const lists = open.map(([place]) => /\.\w+\.\w+\[\]/.exec(place)?.[0]);

    expect([...new Set(lists)]).toEqual(['.nvcf.clusterGroups[]', '.nvcf.gpuQuotas[]', '.nvcf.instanceTypes[]']);
  });
});

/** Formats of seeds in the documentation: a code block or a file that a command writes. */
const FORMS = [/^```yaml\n(.*?)^```$/gms, /^cat > \S+\.yaml <<'END'\n(.*?)^END$/gms];
const TOPS = ['extends', ...SERVICES.filter(({ seed }) => seed !== null).map(({ name }) => name)];
const isSeed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).some((name) => TOPS.includes(name));

const documentedSeeds = documentationPages().flatMap(({ path: page, text }) => {
  const texts = FORMS.flatMap((form) => [...text.matchAll(form)].map(([, body = '']) => body));
  return texts.map((body) => ({ page, seed: parse(body) })).filter(({ seed }) => isSeed(seed));
});

describe('a valid seed matches the schema:', () => {
  it.each([
    ['an empty seed', {}],
    ['a seed without ids', withoutIds],
    ['a seed with ids', explicit],
    ['a seed of names', onlyNames],
    ['a seed with its `$schema`', { $schema: 'nv-auth-mock/seed.schema.json', ...onlyNames }],
    [
      'changes',
      { extends: 'builtin', ngc: null, runai: { users: [{ email: 'a@acme.test', remove: true }], clients: null } },
    ],
  ])('%s', (_, seed) => {
    expect(findErrors(seed)).toEqual([]);
  });

  it.each([
    ['the built-in cast', 'builtin'],
    ['an empty seed', 'none'],
    ['a seed without ids', withoutIds],
    ['a seed of names', onlyNames],
  ])('the saved cast of %s, in the default world and in another world', async (_, value) => {
    const seed = await seedFrom(value);

    expect(findErrors(readCast(seed, SERVICES))).toEqual([]);
    expect(findErrors(readCast(deriveSeed(seed, createDerivation('team-a')), SERVICES))).toEqual([]);
  });

  it('every seed of the documentation, which the mock also accepts', async () => {
    const tenant = 'examples/seeds/tenant.yaml';
    const shipped = { page: tenant, seed: parse(readFileSync(join(ROOT, tenant), 'utf8')) };
    expect(documentedSeeds.filter(({ page }) => page === 'docs/how-to/your-own-users.md')).toHaveLength(4);
    for (const { page, seed } of [...documentedSeeds, shipped]) {
      expect(findErrors(seed), page).toEqual([]);
      await seedFrom(seed);
    }
  });
});

type Members = Record<string, unknown>;

/** Yields a value with a single member of another type, an unknown member or a missing member. */
function* generateInvalid(value: unknown, place = ''): Generator<[path: string, value: unknown]> {
  for (const other of [5, 'text', '', true, null, {}, [], [5], { unknown: 1 }]) {
    if (place !== '' && JSON.stringify(other) !== JSON.stringify(value))
      yield [`${place} = ${JSON.stringify(other)}`, other];
  }
  if (Array.isArray(value)) {
    const [first] = value;
    for (const [path, changed] of value.length === 0 ? [] : generateInvalid(first, `${place}[0]`))
      yield [path, [changed, ...value.slice(1)]];
  } else if (typeof value === 'object' && value !== null) {
    const members = value as Members;
    yield [`${place}.unknown`, { ...members, unknown: 1 }];
    for (const [name, member] of Object.entries(members)) {
      const { [name]: _, ...less } = members;
      yield [`${place} without ${name}`, less];
      for (const [path, changed] of generateInvalid(member, `${place}.${name}`))
        yield [path, { ...members, [name]: changed }];
    }
  }
}

/** Reduces lists to their first entry, because the others would take most of the time. */
function shortenLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shortenLists);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortenLists(member)]));
}

describe('the schema rejects the same as the check of the mock:', () => {
  it.each([
    ['the built-in cast', 'builtin'],
    ['a seed without ids', withoutIds],
    ['a seed of names', onlyNames],
  ])('every invalid change of %s', async (_, value) => {
    const ways = [...generateInvalid(shortenLists(readCast(await seedFrom(value), SERVICES)))];
    const differing = shareOf(ways).filter(
      ([, seed]) => findSchemaErrors(seed as Members, SERVICES).length > 0 !== findErrors(seed).length > 0,
    );

    expect(ways.length).toBeGreaterThan(200);
    expect(differing.map(([path]) => path)).toEqual([]);
  });

  it('every invalid change of a seed with `extends`', async () => {
    const changes = {
      runai: {
        tenant: { name: 'umbra' },
        users: [{ email: 'admin@acme.test', role: 'Viewer', accessKey: { clientSecret: 'chosen' }, groups: ['g'] }],
        applications: [{ name: 'ci-app', secret: 'chosen' }],
      },
      ngc: { keys: [{ org: 'acme', name: 'owner', roles: ['ORG_OWNER'], services: ['nvcf'] }] },
      nvcf: { functions: [{ versionId: '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0004', answer: {}, access: 'public' }] },
      air: { images: [{ id: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001', published: false }] },
    };
    const ways = [...generateInvalid(changes)].map(([path, seed]) => ({
      path,
      seed: { extends: 'builtin', ...(seed as object) },
    }));
    const findMockErrors = async (seed: unknown) => {
      const message = await seedFrom(seed).then(
        () => '',
        (thrown: Error) => thrown.message,
      );
      return message.split('\n').filter((line) => / must be |unknown key/.test(line) && !/ is missing/.test(line));
    };
    const isRejected = ({ seed }: { readonly seed: unknown }) => findErrors(seed).length > 0;
    const accepted = ways.filter((way) => !isRejected(way));
    const passing: unknown[] = [];
    for (const { path, seed } of accepted) {
      const mockErrors = await findMockErrors(seed);
      if (mockErrors.length > 0) passing.push(`${path}: ${mockErrors}`);
    }

    // A single rejected seed is enough to show that the mock rejects it too.
    expect(await findMockErrors(ways.find(isRejected)?.seed)).not.toEqual([]);
    expect(ways.length - accepted.length).toBeGreaterThan(100);
    expect(accepted.length).toBeGreaterThan(10);
    expect(passing).toEqual([]);
  });
});
