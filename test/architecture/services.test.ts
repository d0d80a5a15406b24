import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../scripts/documents.mjs';
import { RESERVED_WORLD_IDS } from '../../src/addresses/world-id.ts';
import type { ServiceDefinition } from '../../src/contract/service.ts';
import type { Decision } from '../../src/decisions/decision.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import type { Ruleset } from '../../src/decisions/ruleset.ts';
import { findFixes } from '../../src/explaining/fixes.ts';
import type { RefusedRequest } from '../../src/explaining/hints/refused-request.ts';
import { WORLD_HINTS } from '../../src/explaining/hints/tokens.ts';
import { ownHostsOf } from '../../src/http/mount.ts';
import type { ApiDocument } from '../../src/http/openapi.ts';
import { keyServices, productsOf } from '../../src/ngc-keys/key-policy.ts';
import { KEY_REASONS } from '../../src/ngc-keys/reasons.ts';
import { findSeedErrors } from '../../src/seed/check.ts';
import { createControlService } from '../../src/services/control/index.ts';
import { ALL_REASONS, type Ports } from '../../src/services/index.ts';
import { apiDocument } from '../support/api-document.ts';
import { checkServices, mountFaults } from '../support/service-faults.ts';
import { SERVICES } from '../support/services.ts';
import { ROOT, sourceFiles } from './source-files.ts';

/** Before anything is left out for readers. */
const MERGED = new Map(await mergedDocuments());
const ALL: readonly ServiceDefinition[] = [createControlService({} as Ports), ...SERVICES];
const NAMES = ALL.map(({ name }) => name);
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** A service has one document, unless its profiles have one each. */
const documentNames = ({ rules: { rulesets } }: ServiceDefinition) => [
  ...new Set(rulesets.map(({ document }) => document)),
];
const DOCUMENTS = new Map(
  await Promise.all(
    ALL.flatMap(documentNames).map(
      async (name) => [name, await apiDocument(JSON.parse(text(`dist/openapi/${name}.json`)))] as const,
    ),
  ),
);
const documentOf = (name: string) => DOCUMENTS.get(name) as ApiDocument;

/** A service that is a face of another one is in a folder of that one. */
const FOLDERS: Readonly<Record<string, string>> = { catalogue: 'nvcf/catalogue' };

/** The fixed files and folders of a service, in its four places. */
const SHAPE = [
  'src/services/NAME/index.ts',
  'src/services/NAME/tables/index.ts',
  'src/services/NAME/tables/operations.ts',
  'src/services/NAME/operations',
  'src/services/NAME/problem.ts',
  'src/services/NAME/README.md',
  'openapi/NAME/SOURCES.md',
  'fixtures/NAME/README.md',
  'test/services/NAME',
];

it.each(NAMES)('the service %s has its files and folders', (name) => {
  const paths = SHAPE.map((path) => path.replace('NAME', path.startsWith('src/') ? (FOLDERS[name] ?? name) : name));

  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it.each(['src/services', 'openapi', 'fixtures', 'test/services'])('%s holds services and nothing else', (folder) => {
  const folders = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());

  const expected = folder === 'src/services' ? NAMES.filter((name) => !(name in FOLDERS)) : NAMES;
  expect(folders.map((entry) => entry.name).sort()).toEqual(expected.toSorted());
});

describe.each(ALL)('the document of $name', (service) => {
  const document = JSON.parse(text(`dist/openapi/${service.name}.json`));
  const merged = MERGED.get(service.name);

  it.each(service.rules.rulesets)(
    'agrees with handlers, prefixes and tables of the profile $profile, row by row',
    (ruleset) => {
      expect(mountFaults({ service, ruleset, document: documentOf(ruleset.document) }, ALL_REASONS)).toEqual([]);
    },
  );

  it('has, over its profiles, every operation that has a handler, and no other', () => {
    const operations = documentNames(service).flatMap((one) => documentOf(one).operations);
    const ids = operations.filter(({ isAlias }) => !isAlias).map(({ id }) => id);

    expect(Object.keys(service.operations).sort()).toEqual([...new Set(ids)].sort());
  });

  it.each(documentNames(service))('has every path once in dist/openapi/%s.json', (name) => {
    const { operations } = documentOf(name);
    const calls = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);

    expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
  });

  it('describes every operation, response and field', () => {
    expect(undescribed(document)).toEqual([]);
  });

  it('has the schemas of its errors', () => {
    const forms = [service, ...ownHostsOf(service)].flatMap(({ errors }) => errors);
    const schemas = forms.flatMap((form) => form?.schema ?? []);

    expect(forms.length).toBeGreaterThan(0);
    const references = merged['x-errors'].map(({ $ref }: { $ref: string }) => $ref);
    expect(references.sort()).toEqual([...new Set(schemas.map((schema) => `#/components/schemas/${schema}`))].sort());
  });

  it('tells the source of each of its files', () => {
    const files = sourceFiles(`openapi/${service.name}`, '.json').map(({ path }) => path.split('/').at(-1) as string);
    const sources = text(`openapi/${service.name}/SOURCES.md`);

    expect(files.filter((file) => !sources.includes(`\`${file}\``))).toEqual([]);
  });
});

it('the documents name each service, and what keys call those for which they are made', () => {
  const { FaultMatch, KeyOrder } = MERGED.get('control').components.schemas;
  const rulesets = SERVICES.flatMap(
    ({
      rules: {
        rulesets: [ruleset],
      },
    }) => ruleset ?? [],
  );
  const products = productsOf(rulesets, 'personal-key').map(({ product }) => product);

  expect(FaultMatch.properties.service.enum).toEqual(SERVICES.map(({ name }) => name).sort());
  expect(KeyOrder.properties.services.items.enum).toEqual(keyServices(rulesets, 'personal-key').toSorted());
  expect(MERGED.get('ngc').components.schemas.Policy.properties.product.enum.toSorted()).toEqual(products.sort());
});

it("services are not in each other's way, whatever profiles are in force", () => {
  const profiles = ALL.flatMap((service) => service.rules.rulesets.map(({ tables }) => ({ service, tables })));

  for (const { service, tables } of profiles) {
    const others = ALL.filter((one) => one !== service).map((one) => ({
      ...one,
      tables: (one.rules.rulesets[0] as Ruleset).tables,
    }));
    expect(checkServices([{ ...service, tables }, ...others])).toEqual([]);
  }
});

it('no world can have the id with which the host names of service paths begin', () => {
  const hosts = SERVICES.flatMap((service) => service.hosts ?? []).filter((host) => 'prefix' in host);
  const labels = hosts.map(({ pattern }) => /^\^([a-z-]+)\\\./.exec(pattern.source)?.[1]);

  for (const label of labels) expect(RESERVED_WORLD_IDS).toContain(label);
});

it('the built-in casts fit what a seed must be', () => {
  const seeded = SERVICES.filter(({ seed }) => seed !== null);
  const parts = seeded.map(({ name, seed }) => [
    name,
    seed?.createCast(JSON.parse(text(`fixtures/${name}/cast.json`))),
  ]);

  expect(findSeedErrors(Object.fromEntries(parts), SERVICES)).toEqual([]);
});

describe('every reason', () => {
  const rulesets = ALL.flatMap((service) => service.rules.rulesets);
  const remedyUnder = (ruleset: Ruleset, reason: DenyReason) =>
    findFixes(refusalFor(reason, ruleset.service), ruleset.tables);
  const reasons = Object.keys(ALL_REASONS) as DenyReason[];
  const credentialReasons = reasons.filter((reason) => ALL_REASONS[reason].stage === 'authenticate');
  const keyReasons = credentialReasons.filter((reason) => reason in KEY_REASONS);

  it.each(credentialReasons)('%s has a remedy in a service that can refuse for it, or a hint in all', (reason) => {
    const refused = {
      world: { id: 'one' },
      decision: { reason, credential: { ofWorld: 'other' } },
    } as unknown as RefusedRequest;
    const ofWorlds = WORLD_HINTS.filter(({ when }) => when(refused) !== null);
    expect([...ofWorlds, ...rulesets.flatMap((ruleset) => remedyUnder(ruleset, reason))].length).toBeGreaterThan(0);
  });

  it.each(SERVICES)('for which $name refuses everybody has a remedy of its own', ({ rules: { rulesets } }) => {
    const common = ['no_token', 'multiple_authorization', 'wrong_scheme', 'no_such_object', 'foreign_object'] as const;
    for (const ruleset of rulesets)
      for (const reason of common) expect(remedyUnder(ruleset, reason), reason).toHaveLength(1);
  });

  it.each(keyReasons)('%s has a remedy in each service that takes keys', (reason) => {
    for (const ruleset of rulesets.filter(({ service, tables }) => service === 'ngc' || tables.product !== undefined)) {
      expect(remedyUnder(ruleset, reason), `${ruleset.service} ${ruleset.profile}`).toHaveLength(1);
    }
  });

  it('closed_to_keys has a remedy wherever a rule is closed', () => {
    const closing = rulesets.filter(({ tables }) => tables.rules.some(({ closed }) => closed));

    expect(closing.length).toBeGreaterThan(0);
    for (const ruleset of closing) expect(remedyUnder(ruleset, 'closed_to_keys')).toHaveLength(1);
  });
});

/** A refusal of nobody in particular. */
function refusalFor(reason: DenyReason, service: string): Decision {
  const request = { method: 'GET', path: '/' };
  return { id: 'd', at: 0, service, operation: 'o', request, effect: 'deny', principal: null, rule: null, reason };
}

/** Paths of operations, responses and properties of objects that say nothing of themselves. */
function undescribed(document: {
  paths: Record<string, Record<string, { summary?: string; description?: string }>>;
  components: { schemas: Record<string, { description?: string }> };
}): string[] {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => ({ name, ...schema }));
  return [
    ...operations.filter(({ summary, description }) => !summary || !description).map(({ name }) => name),
    ...schemas.filter(({ description }) => !description).map(({ name }) => name),
  ];
}
