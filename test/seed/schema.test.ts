import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createDerivation } from '../../src/credentials/derivation.ts';
import { findSchemaErrors } from '../../src/seed/check.ts';
import { deriveSeed, readCast } from '../../src/seed/index.ts';
import { createSeedSchema } from '../../src/seed/schema.ts';
import { documentationPages, ROOT } from '../architecture/source-files.ts';
import { explicit, onlyNames, seedFrom, withoutIds } from '../support/seeds.ts';
import { SERVICES } from '../support/services.ts';

const built = JSON.parse(readFileSync(join(ROOT, 'dist/seed.schema.json'), 'utf8'));
const ajv = addFormats.default(new Ajv({ allErrors: true, strictTypes: false, strictRequired: false }));
const validate = ajv.compile(built);
const errors = (value: unknown) => (validate(value) ? [] : (validate.errors ?? []));

interface Schema {
  readonly description?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** A schema with all below it, each with its place. */
function* schemasOf(schema: Schema, place: string): Generator<[place: string, schema: Schema]> {
  yield [place, schema];
  for (const [name, member] of Object.entries(schema.properties ?? {})) yield* schemasOf(member, `${place}.${name}`);
  if (schema.items !== undefined) yield* schemasOf(schema.items, `${place}[]`);
  for (const one of schema.anyOf ?? []) yield* schemasOf(one, place);
}

const schemas = ['world', 'changes'].flatMap((name) => [...schemasOf(built.definitions[name], name)]);
/** Without what is in the form of a vendor. */
const OURS = schemas.filter(([place]) => !place.includes('.definition'));

describe('the JSON Schema of seeds', () => {
  it('is that of the services, as the package has it', () => {
    expect(built).toEqual(JSON.parse(JSON.stringify(createSeedSchema(SERVICES))));
    expect(createRequire(join(ROOT, 'test/seed/'))('nv-auth-mock/seed.schema.json').title).toBe('Seed of nv-auth-mock');
  });

  it('describes each member by a sentence', () => {
    const members = OURS.flatMap(([place, { properties = {} }]) =>
      Object.entries(properties).map(([name, { description = '' }]) => ({ at: `${place}.${name}`, description })),
    );

    expect(members.length).toBeGreaterThan(150);
    expect(members.filter(({ description }) => !/^[A-Z].*\.$/.test(description))).toEqual([]);
  });

  it('closes every object, but those in the form of a vendor', () => {
    const open = OURS.filter(([, one]) => one.properties !== undefined && one.additionalProperties !== false);
    // With whatever is in their entries.
    const lists = open.map(([place]) => /\.\w+\.\w+\[\]/.exec(place)?.[0]);

    expect([...new Set(lists)]).toEqual(['.nvcf.clusterGroups[]', '.nvcf.gpuQuotas[]', '.nvcf.instanceTypes[]']);
  });

  it('says what may be left out', () => {
    const required = Object.fromEntries(schemas.map(([place, one]) => [place, one.required]));

    expect(required['world']).toBeUndefined();
    expect(required['world.ngc.keys[]']).toEqual(['org', 'name', 'type', 'services']);
    expect(required['world.runai.users[]']).toEqual(['email', 'role']);
    expect(required['world.runai.users[].accessKey']).toEqual(['name']);
    expect(required['world.runai.applications[]']).toEqual(['name', 'role']);
    expect(required['changes.ngc.keys[]']).toEqual(['org', 'name']);
    expect(required['changes.runai.tenant']).toEqual([]);
  });
});

/** Seeds as a page shows them: as a block of their own, or as a file that a command writes. */
const FORMS = [/^```yaml\n(.*?)^```$/gms, /^cat > \S+\.yaml <<'END'\n(.*?)^END$/gms];
const TOPS = ['extends', ...SERVICES.filter(({ seed }) => seed !== null).map(({ name }) => name)];
const isSeed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).some((name) => TOPS.includes(name));

const shown = documentationPages().flatMap(({ path: page, text }) => {
  const texts = FORMS.flatMap((form) => [...text.matchAll(form)].map(([, body = '']) => body));
  return texts.map((body) => ({ page, seed: parse(body) })).filter(({ seed }) => isSeed(seed));
});

describe('a seed that is right fits it:', () => {
  it.each([
    ['nobody', {}],
    ['a seed without ids', withoutIds],
    ['a seed with ids', explicit],
    ['a seed of names', onlyNames],
    ['one that names its schema', { $schema: 'nv-auth-mock/seed.schema.json', ...onlyNames }],
    [
      'changes',
      { extends: 'builtin', ngc: null, runai: { users: [{ email: 'a@acme.test', remove: true }], clients: null } },
    ],
  ])('%s', (_, seed) => {
    expect(errors(seed)).toEqual([]);
  });

  it.each([
    ['the built-in cast', 'builtin'],
    ['nobody', 'none'],
    ['a seed without ids', withoutIds],
    ['a seed of names', onlyNames],
  ])('the saved cast of %s, also as another world has it', async (_, value) => {
    const seed = await seedFrom(value);

    expect(errors(readCast(seed, SERVICES))).toEqual([]);
    expect(errors(readCast(deriveSeed(seed, createDerivation('team-a')), SERVICES))).toEqual([]);
  });

  it('every seed of the documentation, which a mock takes as well', async () => {
    expect(shown.filter(({ page }) => page === 'docs/how-to/your-own-users.md')).toHaveLength(5);
    for (const { page, seed } of shown) {
      expect(errors(seed), page).toEqual([]);
      await seedFrom(seed);
    }
  });
});

type Members = Record<string, unknown>;

/** Every way to spoil one place of a value: another kind, a member more, a member less. */
function* spoilt(value: unknown, place = ''): Generator<[what: string, value: unknown]> {
  for (const other of [5, 'text', '', true, null, {}, [], [5], { unknown: 1 }]) {
    if (place !== '' && JSON.stringify(other) !== JSON.stringify(value))
      yield [`${place} = ${JSON.stringify(other)}`, other];
  }
  if (Array.isArray(value)) {
    const [first] = value;
    for (const [what, one] of value.length === 0 ? [] : spoilt(first, `${place}[0]`))
      yield [what, [one, ...value.slice(1)]];
  } else if (typeof value === 'object' && value !== null) {
    const members = value as Members;
    yield [`${place}.unknown`, { ...members, unknown: 1 }];
    for (const [name, member] of Object.entries(members)) {
      const { [name]: _, ...less } = members;
      yield [`${place} without ${name}`, less];
      for (const [what, one] of spoilt(member, `${place}.${name}`)) yield [what, { ...members, [name]: one }];
    }
  }
}

/** A value whose lists have one entry: only the first is spoilt, and checking the others would take most of the time. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]));
}

describe('what our own check refuses by schema, it refuses, too:', () => {
  it.each([
    ['the built-in cast', 'builtin'],
    ['a seed without ids', withoutIds],
    ['a seed of names', onlyNames],
  ])('each way to spoil %s, and nothing else', async (_, value) => {
    const ways = [...spoilt(shortened(readCast(await seedFrom(value), SERVICES)))];
    const differing = ways.filter(
      ([, seed]) => findSchemaErrors(seed, SERVICES).length > 0 !== errors(seed).length > 0,
    );

    expect(ways.length).toBeGreaterThan(200);
    expect(differing.map(([what]) => what)).toEqual([]);
  });

  it('each way to spoil changes, wherever what is extended does not decide it', async () => {
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
    const ways = [...spoilt(changes)].map(([what, seed]) => ({
      what,
      seed: { extends: 'builtin', ...(seed as object) },
    }));
    const faultsOf = async (seed: unknown) => {
      const said = await seedFrom(seed).then(
        () => '',
        (thrown: Error) => thrown.message,
      );
      return said.split('\n').filter((line) => / must be |unknown key/.test(line) && !/ is missing/.test(line));
    };
    const isRefused = ({ seed }: { readonly seed: unknown }) => errors(seed).length > 0;
    const taken = ways.filter((way) => !isRefused(way));
    const passing: unknown[] = [];
    for (const { what, seed } of taken) {
      const said = await faultsOf(seed);
      if (said.length > 0) passing.push(`${what}: ${said}`);
    }

    // Only what the schema takes can pass it: of what it refuses, one is enough to show that our own check says so.
    expect(await faultsOf(ways.find(isRefused)?.seed)).not.toEqual([]);
    expect(ways.length - taken.length).toBeGreaterThan(100);
    expect(taken.length).toBeGreaterThan(10);
    expect(passing).toEqual([]);
  });
});
