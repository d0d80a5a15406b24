import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import type { ServiceDefinition } from '../../../src/contract/service.ts';
import type { Decision } from '../../../src/decisions/decision.ts';
import { findFixes } from '../../../src/decisions/explaining/fixes.ts';
import type { RefusedRequest } from '../../../src/decisions/explaining/hints/refused-request.ts';
import { WORLD_HINTS } from '../../../src/decisions/explaining/hints/tokens.ts';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import type { Ruleset } from '../../../src/decisions/ruleset.ts';
import { ownHostsOf } from '../../../src/http/mount.ts';
import type { ApiDocument } from '../../../src/http/openapi.ts';
import { RESERVED_WORLD_IDS } from '../../../src/lib/world-id.ts';
import type { ControlledServer } from '../../../src/services/control/controlled-server.ts';
import { createControlService } from '../../../src/services/control/index.ts';
import { ALL_REASONS, MANIFESTS } from '../../../src/services/index.ts';
import { keyServices, productsOf } from '../../../src/services/ngc-keys/key-policy.ts';
import { KEY_REASONS } from '../../../src/services/ngc-keys/reasons.ts';
import { apiDocument } from '../../support/api-document.ts';
import { checkServices, mountFaults } from '../../support/service-faults.ts';
import { SERVICES } from '../../support/services.ts';
import { ROOT, sourceFiles } from './source-files.ts';

/** The documents before parts are removed for readers. */
const MERGED = new Map(await mergedDocuments());
const ALL: readonly ServiceDefinition[] = [createControlService({} as ControlledServer), ...SERVICES];
const readText = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Lists the documents of a service: a single one, or one for each profile. */
const listDocuments = ({ rules: { rulesets } }: ServiceDefinition) => [
  ...new Set(rulesets.map(({ document }) => document)),
];
const DOCUMENTS = new Map(
  await Promise.all(
    ALL.flatMap(listDocuments).map(
      async (name) => [name, await apiDocument(JSON.parse(readText(`dist/openapi/${name}.json`)))] as const,
    ),
  ),
);
const findDocument = (name: string) => DOCUMENTS.get(name) as ApiDocument;

interface Described {
  readonly summary?: string;
  readonly description?: string;
}

describe.each(ALL)('the document of $name', (service) => {
  const merged = MERGED.get(service.name);

  it.each(service.rules.rulesets)(
    'agrees with the handlers, prefixes and tables of the profile $profile',
    (ruleset) => {
      expect(mountFaults({ service, ruleset, document: findDocument(ruleset.document) }, ALL_REASONS)).toEqual([]);
    },
  );

  it('names operations as decided by the body if it selects their world or identifies their object', () => {
    const rows = service.rules.rulesets.flatMap(({ tables }) => tables.operations);
    const late = rows.filter(({ selects }) => selects === 'body').filter(({ decidedBy }) => decidedBy !== 'body');
    const early = rows.filter(({ decidedBy, streams }) => decidedBy === 'body' && streams === true);

    expect([...late, ...early]).toEqual([]);
  });

  it.each(listDocuments(service))('has every path once in dist/openapi/%s.json', (name) => {
    const { operations } = findDocument(name);
    const calls = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);

    expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
  });

  it('describes every operation and schema', () => {
    const { paths, components } = JSON.parse(readText(`dist/openapi/${service.name}.json`));
    const operations = Object.values<Record<string, Described>>(paths).flatMap((item) => Object.values(item));
    const schemas = Object.entries<Described>(components.schemas);

    expect(operations.filter(({ summary, description }) => !summary || !description)).toEqual([]);
    expect(schemas.filter(([, { description }]) => !description)).toEqual([]);
  });

  it('has the schemas of its errors', () => {
    const forms = [service, ...ownHostsOf(service)].flatMap(({ errors }) => errors);
    const schemas = forms.flatMap((form) => form?.schema ?? []);

    expect(forms.length).toBeGreaterThan(0);
    const references = merged['x-errors'].map(({ $ref }: { $ref: string }) => $ref);
    expect(references.sort()).toEqual([...new Set(schemas.map((schema) => `#/components/schemas/${schema}`))].sort());
  });

  it('has a source for each of its files', () => {
    const files = sourceFiles(`openapi/${service.name}`, '.json').map(({ path }) => path.split('/').at(-1) as string);
    const sources = readText(`openapi/${service.name}/SOURCES.md`);

    expect(files.filter((file) => !sources.includes(`\`${file}\``))).toEqual([]);
  });
});

it('the documents list each service, and the products of keys', () => {
  const { FaultMatch, KeyOrder } = MERGED.get('control').components.schemas;
  const rulesets = SERVICES.flatMap(({ rules }) => rules.rulesets[0] ?? []);
  const products = productsOf(rulesets, 'personal-key').map(({ product }) => product);

  expect(FaultMatch.properties.service.enum).toEqual(SERVICES.map(({ name }) => name).sort());
  expect(KeyOrder.properties.services.items.enum).toEqual(keyServices(rulesets, 'personal-key').toSorted());
  expect(MERGED.get('ngc').components.schemas.Policy.properties.product.enum.toSorted()).toEqual(products.sort());
});

it('services do not conflict in any profile', () => {
  const profiles = ALL.flatMap((service) => service.rules.rulesets.map(({ tables }) => ({ service, tables })));

  for (const { service, tables } of profiles) {
    const others = ALL.filter((other) => other !== service).map((other) => ({
      ...other,
      tables: (other.rules.rulesets[0] as Ruleset).tables,
    }));
    expect(checkServices([{ ...service, tables }, ...others])).toEqual([]);
  }
});

it('the first labels of service host names are reserved world ids', () => {
  const hosts = SERVICES.flatMap((service) => service.hosts ?? []).filter((host) => 'prefix' in host);
  const labels = hosts.map(({ pattern }) => /^\^([a-z-]+)\\\./.exec(pattern.source)?.[1]);

  for (const label of labels) expect(RESERVED_WORLD_IDS).toContain(label);
});

it("the page of production URLs has every vendor's host in the row of each of its services", () => {
  const rows = readText('docs/how-to/production-hosts.md').match(/^\| .* \| .* \|$/gm) ?? [];
  const cells = rows.map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

  for (const { name, hosts, gateways } of MANIFESTS) {
    // The gateway of LLMs is below a wildcard of the same row.
    const listed = hosts.filter((host) => !host.startsWith('llm.'));
    expect(
      cells.some((names) => [...listed, ...(gateways ?? [])].every((host) => names.includes(host))),
      name,
    ).toBe(true);
  }
});

describe('every reason', () => {
  const rulesets = ALL.flatMap((service) => service.rules.rulesets);
  const findRemedies = (ruleset: Ruleset, reason: DenyReason) =>
    findFixes(createRefusal(reason, ruleset.service), ruleset.tables);
  const reasons = Object.keys(ALL_REASONS) as DenyReason[];
  const credentialReasons = reasons.filter((reason) => ALL_REASONS[reason].stage === 'authenticate');

  it.each(credentialReasons)('%s has a remedy in a service, or a hint in all services', (reason) => {
    const refused = {
      world: { id: 'one' },
      decision: { reason, credential: { ofWorld: 'other' } },
    } as unknown as RefusedRequest;
    const ofWorlds = WORLD_HINTS.filter(({ when }) => when(refused) !== null);
    expect([...ofWorlds, ...rulesets.flatMap((ruleset) => findRemedies(ruleset, reason))].length).toBeGreaterThan(0);
  });

  const isOf = (services: readonly ServiceDefinition[]) => {
    const names = services.map(({ name }) => name);
    return rulesets.filter(({ service }) => names.includes(service));
  };
  it.each<[what: string, reasons: readonly DenyReason[], concerned: readonly Ruleset[]]>([
    [
      'that is common to all callers has one remedy in each service',
      ['no_token', 'multiple_authorization', 'wrong_scheme', 'no_such_object', 'foreign_object'],
      isOf(SERVICES),
    ],
    [
      'of a key has one remedy in each service that accepts keys',
      credentialReasons.filter((reason) => reason in KEY_REASONS),
      rulesets.filter(({ service, tables }) => service === 'ngc' || tables.product !== undefined),
    ],
    [
      '`closed_to_keys` has one remedy in each service with a closed rule',
      ['closed_to_keys'],
      rulesets.filter(({ tables }) => tables.rules.some(({ closed }) => closed)),
    ],
  ])('%s', (_what, reasonsOf, concerned) => {
    expect(concerned).not.toEqual([]);
    for (const ruleset of concerned) {
      for (const reason of reasonsOf) {
        expect(findRemedies(ruleset, reason), `${ruleset.service} ${ruleset.profile} ${reason}`).toHaveLength(1);
      }
    }
  });
});

/** Creates a refusal without a principal. */
function createRefusal(reason: DenyReason, service: string): Decision {
  const request = { method: 'GET', path: '/' };
  return { id: 'd', at: 0, service, operation: 'o', request, effect: 'deny', principal: null, rule: null, reason };
}
