// @ts-check
import openapiTS, { astToString } from 'openapi-typescript';

/** Types that the document names (`x-type`) and does not describe: services add to their values. */
const ELSEWHERE = new Map([
  ['DenyReason', '../src/decisions/reasons.ts'],
  ['PrincipalKind', '../src/decisions/principal.ts'],
  ['ZooName', '../src/tokens/zoo/verdicts.ts'],
]);

/** The operation under a function's own host name, which no document can describe. */
const IN_NO_DOCUMENT = 'invokeAtOwnHost';

/**
 * The schemas of the control API as the library publishes them: interfaces, with the descriptions as comments. `x-type`
 * says what a schema is called in the library, or which type a member has there.
 *
 * @param {any} document of the control API
 * @param {readonly (readonly [service: string, document: any])[]} emulated
 */
export async function libraryTypes({ components, ...rest }, emulated) {
  /** @type {Record<string, any>} */
  const schemas = {
    ServiceName: { description: 'A service that is emulated.', type: 'string', enum: emulated.map(([name]) => name) },
    OperationName: {
      description: `An operation of a service, by the \`operationId\` of its document; \`${IN_NO_DOCUMENT}\`, under a function's own host name, is in none.`,
      type: 'string',
      enum: [...emulated.flatMap(([, document]) => operationsOf(document)), IN_NO_DOCUMENT].sort(),
    },
    ...Object.fromEntries([...ELSEWHERE.keys()].map((name) => [name, { type: 'string' }])),
  };
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const [name, { 'x-type': own = name, ...schema }] of Object.entries(components.schemas)) {
    names.set(`#/components/schemas/${name}`, `#/components/schemas/${own}`);
    schemas[own] = schema;
  }
  const document = named({ ...rest, components: { ...components, schemas } }, names);
  return topLevel(astToString(await openapiTS(document, { immutable: true, defaultNonNullable: false })));
}

/** @param {{ paths: Record<string, any> }} document */
function operationsOf({ paths }) {
  return Object.values(paths)
    .flatMap((item) => Object.values(item))
    .filter((operation) => operation['x-alias-of'] === undefined)
    .map(({ operationId }) => operationId);
}

/**
 * A part of the document in which members refer to their type by its name in the library.
 *
 * @param {any} part
 * @param {ReadonlyMap<string, string>} names
 * @returns {any}
 */
function named(part, names) {
  if (Array.isArray(part)) return part.map((entry) => named(entry, names));
  if (typeof part !== 'object' || part === null) return part;
  const { 'x-type': type, description, nullable } = part;
  if (typeof type === 'string') return { description, nullable, allOf: [{ $ref: `#/components/schemas/${type}` }] };
  if (typeof part.$ref === 'string') return { ...part, $ref: names.get(part.$ref) ?? part.$ref };
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, named(value, names)]));
}

/**
 * Every schema as a type of its own: openapi-typescript writes all of them as members of one interface.
 *
 * @param {string} types
 */
function topLevel(types) {
  const [, block = ''] = /^ {4}schemas: \{\n(.*?)^ {4}\};\n/ms.exec(types) ?? [];
  return (
    block
      .replaceAll(/^ {8}/gm, '')
      .replaceAll(/^readonly (\w+): \{$([^\n]*\n.*?)^\};$/gms, 'export interface $1 {$2}')
      .replaceAll(/^readonly (\w+): /gm, 'export type $1 = ')
      // An object that may have further members.
      .replaceAll(/^\} & \{\n/gm, '')
      .replaceAll(/components\["schemas"\]\["(\w+)"\]/g, '$1')
      .replaceAll(/^export type (\w+) = string;$/gm, (whole, name) =>
        ELSEWHERE.has(name) ? `import type { ${name} } from '${ELSEWHERE.get(name)}';` : whole,
      )
      // The type itself says what these lines would repeat.
      .replaceAll(/^ *(?:\*|\/\*\*) @enum .*\n/gm, '')
      .replaceAll('@description ', '')
      .replaceAll(/Format: date-time(?:\n *\*)?/g, 'RFC 3339.')
      .replaceAll(/\/\*\*\n *\* ([^\n]*)\n *\*\//g, '/** $1 */')
  );
}
