// @ts-check
import openapiTS, { astToString } from 'openapi-typescript';

/** Types that the document only refers to (`x-type`), because services add values to them. */
const ELSEWHERE = new Map([
  ['DenyReason', '../src/decisions/reasons.ts'],
  ['PrincipalKind', '../src/decisions/principal.ts'],
  ['ZooName', '../src/tokens/zoo/verdicts.ts'],
]);

/** The operation at a function's own host name, which OpenAPI can't describe. */
const IN_NO_DOCUMENT = 'invokeAtOwnHost';

/**
 * Generates the control API's types for the library: interfaces with descriptions as comments. `x-type` is the name of a
 * schema in the library, or the type of a member.
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
 * Renames the references in a part of the document to the names in the library.
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
 * Converts every schema to a separate type, because openapi-typescript generates a single interface.
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
      // Objects with additional members.
      .replaceAll(/^\} & \{\n/gm, '')
      .replaceAll(/components\["schemas"\]\["(\w+)"\]/g, '$1')
      .replaceAll(/^export type (\w+) = string;$/gm, (whole, name) =>
        ELSEWHERE.has(name) ? `import type { ${name} } from '${ELSEWHERE.get(name)}';` : whole,
      )
      // These lines repeat the type.
      .replaceAll(/^ *(?:\*|\/\*\*) @enum .*\n/gm, '')
      .replaceAll('@description ', '')
      .replaceAll(/Format: date-time(?:\n *\*)?/g, 'RFC 3339.')
      .replaceAll(/\/\*\*\n *\* ([^\n]*)\n *\*\//g, '/** $1 */')
  );
}
