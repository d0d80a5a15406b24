import { own, UserError } from '../../../src/conformance-entry.ts';
import { textOrJson, toSafeLine } from './difference.ts';
import { checkStructure } from './structure.ts';

/** An object in a document. A user's document may be malformed, so check every member before using it. */
export type Members = Readonly<Record<string, unknown>>;

/** Returns the members of an object; empty for anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An OpenAPI 3 document. All its references can be resolved. */
export interface OpenApiDocument {
  /** For messages, such as `--spec newer.json`. */
  readonly name: string;
  readonly root: Members;
  /** Whether members next to a `$ref` apply, as they do since version 3.1. */
  readonly hasSiblings: boolean;
}

/**
 * Checks that a document is OpenAPI 3 and that all its references can be resolved.
 *
 * @param name the document's name, for messages
 * @throws UserError with the place of the error
 */
export function parseOpenApi(content: unknown, name: string): OpenApiDocument {
  const root = membersOf(content);
  const { openapi, swagger, paths } = root;
  if (swagger !== undefined) {
    throw new UserError(
      `${name} is a Swagger ${toSafeLine(textOrJson(swagger))} document. Convert it to OpenAPI 3.0 or 3.1 first.`,
    );
  }
  const version = toSafeLine(textOrJson(openapi));
  if (openapi === undefined) throw new UserError(`${name} is not an OpenAPI document: it has no \`openapi\`.`);
  // `openapi: 3.0` is a number in YAML.
  if (!/^3(?:\.\d|$)/.test(version))
    throw new UserError(`${name} has OpenAPI version ${version}. Expected 3.0 or 3.1.`);
  if (membersOf(paths) !== paths) {
    throw new UserError(`${name} is not an OpenAPI document: \`paths\` is missing or not an object.`);
  }
  checkStructure(root, name);
  const document = { name, root, hasSiblings: !/^3(?:\.0|$)/.test(version) };
  checkReferences(document);
  return document;
}

/** Members with arbitrary data, where a `$ref` is not a reference. */
const DATA_MEMBERS: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** Objects whose member names are arbitrary: a schema or a response can be called `default` or `$ref`. */
const MAP_MEMBERS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions', 'schemas', 'parameters'],
  ...['requestBodies', 'responses', 'headers', 'content', 'securitySchemes'],
]);

/** An object or array of a document, with the path that leads to it. */
interface VisitedNode {
  readonly value: object;
  /** Null for the document itself. */
  readonly parent: VisitedNode | null;
  /** The name or index in the parent. */
  readonly key: string;
}

/** Checks all references. Not recursive, because a document may be deeply nested. */
function checkReferences(document: OpenApiDocument): void {
  const root: VisitedNode = { value: document.root, parent: null, key: '' };
  const seen = new Set<object>([document.root]);
  const pending = [root];
  const add = (value: unknown, parent: VisitedNode, key: string) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    pending.push({ value, parent, key });
  };
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const isMap = MAP_MEMBERS.has(node.key);
    for (const [key, value] of Object.entries(node.value)) {
      if (key === '$ref' && typeof value === 'string' && !isMap) {
        const error = findReferenceError(document, value);
        if (error !== null) throw new UserError(`${document.name}: \`$ref\` at ${pointerTo(node)} ${error}`);
        // The target may be in an extension, which isn't visited otherwise.
        const keys = parsePointer(value);
        const parent = keys
          .slice(0, -1)
          .reduce((above, one): VisitedNode => ({ ...root, parent: above, key: one }), root);
        add(findTarget(document, value), parent, keys.at(-1) ?? '');
      }
      const isExtension = key.startsWith('x-') && (!isMap || node.key === 'responses');
      if (!isExtension && (isMap || !DATA_MEMBERS.has(key))) add(value, node, key);
    }
  }
}

/** Returns the JSON pointer of a node, for messages. */
function pointerTo(node: VisitedNode): string {
  const keys: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) keys.push(at.key.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `\`#/${toSafeLine(keys.reverse().join('/'), 300)}\``;
}

/** The maximum length of a chain of references. */
const MAX_CHAIN_LENGTH = 32;

/** Returns why a reference can't be resolved, or null. */
function findReferenceError(document: OpenApiDocument, reference: string): string | null {
  const shown = `\`${toSafeLine(reference)}\``;
  if (!reference.startsWith('#')) return `points to another file, ${shown}. Bundle the document into one file first.`;
  const visited = new Set<unknown>();
  let target = findTarget(document, reference);
  if (target === undefined) return `leads nowhere: ${shown}.`;
  for (let next = referenceOf(target); next !== null; next = referenceOf(target)) {
    if (visited.has(target)) return `refers to itself: ${shown}.`;
    if (visited.size === MAX_CHAIN_LENGTH)
      return `starts a chain of more than ${MAX_CHAIN_LENGTH} references: ${shown}. Refer to the end of the chain instead.`;
    visited.add(target);
    target = findTarget(document, next);
  }
  return null;
}

/** Returns the part of a document that a reference points to. */
function findTarget(document: OpenApiDocument, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  return parsePointer(reference).reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Members)[key] : undefined,
    document.root,
  );
}

/** Returns the keys in a reference: `['components', 'schemas', 'User']` for `#/components/schemas/User`. */
function parsePointer(reference: string): string[] {
  const [, ...segments] = reference.split('/');
  return segments.map((segment) => decodeSegment(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Follows references until the value is not a reference. */
export function resolveReference(document: OpenApiDocument, value: unknown): unknown {
  let target = value;
  for (let next = referenceOf(target); next !== null; next = referenceOf(target)) target = findTarget(document, next);
  return target;
}

/** Returns the reference in an object, or null. */
export function referenceOf(value: unknown): string | null {
  const { $ref } = membersOf(value);
  return typeof $ref === 'string' ? $ref : null;
}

/**
 * Returns the `servers` of an operation, or else of its path. Undefined if the servers of the document apply.
 *
 * @param method omitted: only the servers of the path
 */
export function serversOf(item: Members, method?: string): unknown {
  const { servers = item['servers'] } = method === undefined ? item : membersOf(item[method]);
  return servers;
}

/** Returns the paths of servers: `/api/v1` for `https://{tenant}.example/api/v1`. One empty path without servers. */
export function basePathsOf(servers: unknown): string[] {
  const paths = listOf(servers).map((server) => {
    const { url, variables } = membersOf(server);
    const values = membersOf(variables);
    const filled = textOrJson(url ?? '').replaceAll(/\{([^{}]*)\}/g, (_, name) =>
      textOrJson(membersOf(own(values, name))['default'] ?? ''),
    );
    const path = filled.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '').replace(/\/$/, '');
    return path === '' || path.startsWith('/') ? path : `/${path}`;
  });
  return paths.length === 0 ? [''] : [...new Set(paths)];
}
