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
 * Generates the control API for the library: interfaces with descriptions as comments, and the calls. `x-type` is the name
 * of a schema in the library, or the type of a member.
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
  const types = topLevel(astToString(await openapiTS(document, { immutable: true, defaultNonNullable: false })));
  return `${types}\n${controlCalls(document)}`;
}

/**
 * Generates the calls by `operationId`: their types as functions of the parameters in the path and the body, and their
 * methods and paths. A list returns the entries of all its pages, from the member with the name of its path. Queries, which
 * are all optional, are left out.
 *
 * @param {any} document with the names of the library
 */
function controlCalls({ paths, components }) {
  /** @param {any} schema */
  const typeOf = (schema) => schema?.$ref?.split('/').at(-1);
  /** @param {any} message */
  const bodyOf = (message) => typeOf(message?.content?.['application/json']?.schema);
  const calls = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { operationId, requestBody, responses }]) => {
      const order = bodyOf(requestBody);
      const answer = bodyOf(responses[200] ?? responses[201]);
      if (answer === undefined && responses[204] === undefined) return [];
      const name = String(path.split('/').at(-1));
      const entries = components.schemas[answer]?.properties?.[name];
      // `Nothing` is an empty object, which need not be sent.
      const takesBody = order !== undefined && order !== 'Nothing';
      const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `${name}: string`);
      if (takesBody)
        parameters.push(`${/[A-Z][a-z]+$/.exec(order)?.[0].toLowerCase()}${requestBody.required ? '' : '?'}: ${order}`);
      const result = entries ? `readonly ${typeOf(entries.items)}[]` : (answer ?? 'void');
      const row = {
        method: method.toUpperCase(),
        path: path.replace('/_mock', ''),
        takesBody,
        list: entries && name,
      };
      return [{ operationId, type: `(${parameters.join(', ')}) => Promise<${result}>`, row: JSON.stringify(row) }];
    }),
  );
  return [
    'export interface ControlCalls {',
    ...calls.map(({ operationId, type }) => `    readonly ${operationId}: ${type};`),
    '}',
    'interface ControlCall { readonly method: string; readonly path: string; readonly takesBody: boolean; readonly list?: string }',
    'export const CONTROL_CALLS: { readonly [Id in keyof ControlCalls]: ControlCall } = {',
    ...calls.map(({ operationId, row }) => `    ${operationId}: ${row},`),
    '};\n',
  ].join('\n');
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
