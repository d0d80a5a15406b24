// @ts-check

import { UserError } from '../../conformance/reference/comparison.mjs';
import { pruned } from '../documents/pruned.mjs';
import { profilesOf } from '../documents/versions.mjs';
import { componentOf, differencesOf, operationsOf } from './operations.mjs';

/**
 * The skeleton of a new version: the differences from the newest served version, and the files to write.
 *
 * @typedef {{ base: string, added: string[], changed: { name: string, parts: string[] }[], removed: string[],
 *   files: Record<string, string> }} Skeleton
 */

/**
 * Compares a vendor's document with the newest version of a service.
 *
 * @param {{ service: string, version: string, spec: any, merged: any }} given `merged`: the service's document with all
 *   versions
 * @returns {Promise<Skeleton>}
 * @throws {UserError}
 */
export async function skeletonOf({ service, version, spec, merged }) {
  const [base, served] = newestOf(service, version, merged);
  const [theirs, ours, ever] = [operationsOf(spec), operationsOf(served), operationsOf(merged)];
  const differences = await differencesOf(spec, served);
  const added = [...theirs.values()].filter(({ name }) => !ever.has(name));
  const changed = [...theirs.keys()].flatMap((name) => {
    if (!ever.has(name)) return [];
    // An operation of older versions only needs the new version in its `x-profiles`.
    if (!ours.has(name)) return [{ name, parts: ['x-profiles'] }];
    const parts = differences(name);
    return parts.length > 0 ? [{ name, parts }] : [];
  });
  const removed = [...ours.keys()].filter((name) => !theirs.has(name));
  if (added.length + changed.length + removed.length === 0) {
    throw new UserError(`The document has the same operations as ${service} ${base}. There is nothing to import.`);
  }
  const named = added.map((one) => ({ ...one, id: idOf(one, ever) }));
  const twice = named.find(({ id }, at) => named.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined) throw new UserError(`The document has two operations with the id \`${twice.id}\`.`);
  const decisions = { base, added: named.map(({ name, id }) => ({ name, id })), changed, removed };
  const known = new Set([...named.map(({ name }) => name), ...theirs.keys()]);
  const paths = Object.fromEntries(Object.entries(spec.paths).filter(([path]) => hasOne(known, path)));
  const files = {
    ...(named.length > 0 && {
      [`openapi/${service}/import-${version}.json`]: json(fragmentOf(version, spec, merged, named)),
      [`src/services/${service}/tables/import-${version}.ts`]: rowsOf(service, version, named),
    }),
    [`test/services/${service}/import-${version}.json`]: json({
      decisions,
      spec: pruned({ ...spec, paths, components: spec.components ?? {} }),
    }),
    [`test/services/${service}/import-${version}.test.ts`]: testOf(service, version),
  };
  return { base, added: named.map(({ name }) => name), changed, removed, files };
}

/**
 * @param {string} service
 * @param {string} version
 * @param {any} merged
 * @returns {[version: string, document: any]}
 */
function newestOf(service, version, merged) {
  const versions = profilesOf(merged);
  if (versions.some(([name]) => name === version)) throw new UserError(`${service} already has a version ${version}.`);
  if (versions.length === 0) {
    throw new UserError(
      `${service} has only one version. First add that version to the \`x-profiles\` of all its operations.`,
    );
  }
  const sorted = versions.sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
  return /** @type {[string, any]} */ (sorted.at(-1));
}

/**
 * @param {Set<string>} names
 * @param {string} path
 */
function hasOne(names, path) {
  return [...names].some((name) => name.endsWith(` ${path}`));
}

/**
 * Returns the id of a new operation: the vendor's in our spelling, unless it is taken.
 *
 * @param {import('./operations.mjs').Operation} one
 * @param {Map<string, import('./operations.mjs').Operation>} ever
 */
function idOf({ name, method, path, operation }, ever) {
  const own = spelled(operation.operationId ?? name);
  const isTaken = [...ever.values()].some((other) => other.operation.operationId === own);
  return isTaken ? spelled(`${method} ${path}`) : own;
}

/** @param {string} text */
function spelled(text) {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
}

/**
 * Returns a document with the new operations and their components. If a component's name is taken, the version is appended.
 *
 * @param {string} version
 * @param {any} spec
 * @param {any} merged
 * @param {(import('./operations.mjs').Operation & { id: string })[]} added
 */
function fragmentOf(version, spec, merged, added) {
  /** @type {Record<string, Record<string, any>>} */
  const components = {};
  /** @type {Record<string, Record<string, any>>} */
  const paths = {};
  for (const { path, method, operation, id } of added) {
    const { security, tags: _, ...rest } = operation;
    const isPublic = Array.isArray(security) && security.length === 0;
    paths[path] ??= {};
    paths[path][method] = {
      'x-profiles': [version],
      ...renamed(rest),
      operationId: id,
      ...(isPublic && { security: [] }),
    };
  }
  const { openapi, info, servers, security } = merged;
  return { openapi, info, servers, security, paths, components };

  /** @type {(part: any, trail?: readonly string[]) => any} */
  function renamed(part, trail = []) {
    if (Array.isArray(part)) return part.map((entry) => renamed(entry, trail));
    if (typeof part !== 'object' || part === null) return part;
    if (typeof part.$ref === 'string') return taken(part.$ref, trail);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, renamed(value, trail)]));
  }

  /** @type {(reference: string, trail: readonly string[]) => object} */
  function taken(reference, trail) {
    // The build rejects recursive schemas. The generated test fails until the depth is decided.
    if (trail.includes(reference)) return { description: `Imported without its content: ${reference} again.` };
    const [, , kind = '', name = ''] = reference.split('/');
    const free = merged.components?.[kind]?.[name] === undefined ? name : `${name}_${version.replaceAll('.', '_')}`;
    components[kind] ??= {};
    components[kind][free] ??= renamed(componentOf(spec, reference), [...trail, reference]);
    return { $ref: `#/components/${kind}/${free}` };
  }
}

/** @param {object} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * @param {string} service
 * @param {string} version
 * @param {{ id: string }[]} added
 */
function rowsOf(service, version, added) {
  return `import type { OperationRow } from '../../../decisions/rule.ts';
import type { Section } from '../../../contract/sections.ts';

/** New operations of ${service} ${version}, as imported. Their rules are not decided yet. */
export const IMPORTED = [
  {
    rule: 'undecided',
    profiles: ['${version}'],
    source: 'the document of ${version}',
    certainty: 'unknown',
    rows: [${added.map(({ id }) => `'${id}'`).join(', ')}],
  },
] as const satisfies readonly Section<OperationRow, 'id'>[];
`;
}

/**
 * @param {string} service
 * @param {string} version
 */
function testOf(service, version) {
  return `/** Open decisions for ${service} ${version}. Each test fails until it is decided: docs/maintaining/import-a-version.md */
import { describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import { profilesOf } from '../../../scripts/documents/versions.mjs';
import { differencesOf, operationsOf } from '../../../scripts/import/operations.mjs';
import { MANIFESTS } from '../../../src/services/index.ts';
import imported from './import-${version}.json' with { type: 'json' };

const { decisions, spec } = imported;
const merged = new Map(await mergedDocuments()).get('${service}');
const [, served = { paths: {} }] = profilesOf(merged).find(([version]) => version === '${version}') ?? [];
const differences = await differencesOf(spec, served);
const service = await MANIFESTS.find(({ name }) => name === '${service}')?.load(() => []);
const rows = service?.rules.rulesets.find(({ profile }) => profile === '${version}')?.tables.operations ?? [];

describe('${service} ${version}', () => {
  it.each([...operationsOf(spec).keys()])('has %s as in the document of the vendor', (name) => {
    expect([...operationsOf(served).keys()]).toContain(name);
    expect(differences(name)).toEqual([]);
  });

  it.each(decisions.added.map(({ name, id }) => [name, id]))('has a decided rule for %s', (_name, id) => {
    const row = rows.find((one) => one.id === id);

    expect(row).toBeDefined();
    expect(row?.rule).not.toBe('undecided');
    expect(row?.certainty).not.toBe('unknown');
  });

  it.each(decisions.removed)('is served without %s', (name) => {
    expect(rows.length).toBeGreaterThan(0);
    expect([...operationsOf(served).keys()]).not.toContain(name);
  });
});
`;
}
