import { own, Unusable } from '../../../src/conformance-entry.ts';
import { oneLine, textOf } from './difference.ts';
import { checkStructure } from './structure.ts';

/** An object of a document. A user's document may be malformed, so every member is checked when it is read. */
export type Members = Readonly<Record<string, unknown>>;

/** Returns the members of an object; empty for anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An OpenAPI document with valid references. */
export interface Source {
  /** For messages: `--spec newer.json`. */
  readonly name: string;
  readonly root: Members;
  /** Whether members next to a `$ref` apply, as in version 3.1 and later. */
  readonly hasSiblings: boolean;
}

/**
 * Checks that a document is OpenAPI 3 and that all its references can be resolved.
 *
 * @param name the document's name, for messages
 * @throws Unusable with the place of the error
 */
export function createSource(content: unknown, name: string): Source {
  const root = membersOf(content);
  const { openapi, swagger, paths } = root;
  if (swagger !== undefined) {
    throw new Unusable(
      `${name} is a Swagger ${oneLine(textOf(swagger))} document. Convert it to OpenAPI 3.0 or 3.1 first.`,
    );
  }
  const version = oneLine(textOf(openapi));
  if (openapi === undefined) throw new Unusable(`${name} is not an OpenAPI document: it has no \`openapi\`.`);
  // `openapi: 3.0` is a number in YAML.
  if (!/^3(?:\.\d|$)/.test(version)) throw new Unusable(`${name} has OpenAPI version ${version}. Expected 3.0 or 3.1.`);
  if (membersOf(paths) !== paths) {
    throw new Unusable(`${name} is not an OpenAPI document: \`paths\` is missing or not an object.`);
  }
  checkStructure(root, name);
  const source = { name, root, hasSiblings: !/^3(?:\.0|$)/.test(version) };
  checkReferences(source);
  return source;
}

/** Members with arbitrary data, in which `$ref` is not a reference. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** Members with arbitrary names: a schema or a response can be called `default`. */
const MAPS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions', 'schemas', 'parameters'],
  ...['requestBodies', 'responses', 'headers', 'content', 'securitySchemes'],
]);

interface Visit {
  readonly node: object;
  /** Null for the document itself. */
  readonly from: Visit | null;
  readonly step: string;
}

/** Checks all references. Not recursive, because a document may be deeply nested. */
function checkReferences(source: Source): void {
  const root: Visit = { node: source.root, from: null, step: '' };
  const seen = new Set<object>([source.root]);
  const visits = [root];
  const visit = (node: unknown, from: Visit, step: string) => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    visits.push({ node, from, step });
  };
  for (let at = visits.pop(); at !== undefined; at = visits.pop()) {
    const isMap = MAPS.has(at.step);
    for (const [step, value] of Object.entries(at.node)) {
      if (step === '$ref' && typeof value === 'string' && !isMap) {
        const fault = faultOfReference(source, value);
        if (fault !== null) throw new Unusable(`${source.name}: \`$ref\` at ${placeOf(at)} ${fault}`);
        // The target can be in an extension, which isn't visited otherwise.
        const steps = stepsOf(value);
        const target = targetOf(source, value);
        const parent = steps.slice(0, -1).reduce((from, one): Visit => ({ node: source.root, from, step: one }), root);
        visit(target, parent, steps.at(-1) ?? '');
      }
      const isExtension = step.startsWith('x-') && (!isMap || at.step === 'responses');
      if (!isExtension && (isMap || !DATA.has(step))) visit(value, at, step);
    }
  }
}

function placeOf(visit: Visit): string {
  const steps: string[] = [];
  for (let at = visit; at.from !== null; at = at.from) steps.push(at.step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `\`#/${oneLine(steps.reverse().join('/'), 300)}\``;
}

/** The maximum length of a chain of references. */
const MAX_REFERENCES = 32;

/** Returns what is wrong with a reference, or null. */
function faultOfReference(source: Source, reference: string): string | null {
  const shown = `\`${oneLine(reference)}\``;
  if (!reference.startsWith('#')) return `points to another file, ${shown}. Bundle the document into one file first.`;
  const passed = new Set<unknown>();
  let target = targetOf(source, reference);
  if (target === undefined) return `leads nowhere: ${shown}.`;
  for (let next = referenceOf(target); next !== null; next = referenceOf(target)) {
    if (passed.has(target)) return `refers to itself: ${shown}.`;
    if (passed.size === MAX_REFERENCES)
      return `starts a chain of more than ${MAX_REFERENCES} references: ${shown}. Refer to the end of the chain instead.`;
    passed.add(target);
    target = targetOf(source, next);
  }
  return null;
}

/** Returns the part of a document that a reference points to. */
function targetOf(source: Source, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  return stepsOf(reference).reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Members)[step] : undefined,
    source.root,
  );
}

function stepsOf(reference: string): string[] {
  const [, ...steps] = reference.split('/');
  return steps.map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** Resolves a part of a document that may be a reference. */
export function resolve(source: Source, value: unknown): unknown {
  let at = value;
  for (let next = referenceOf(at); next !== null; next = referenceOf(at)) at = targetOf(source, next);
  return at;
}

/** Returns the reference in an object, or null. */
export function referenceOf(value: unknown): string | null {
  const { $ref } = membersOf(value);
  return typeof $ref === 'string' ? $ref : null;
}

/** Returns the servers of a path or of its operation, which override the path's. Undefined for the document's. */
export function serversOf(item: Members, method?: string): unknown {
  const { servers = item['servers'] } = method === undefined ? item : membersOf(item[method]);
  return servers;
}

/** Returns the paths of servers: `/api/v1` for `https://{tenant}.example/api/v1`. One empty path if there are no servers. */
export function basesOf(servers: unknown): string[] {
  const bases = listOf(servers).map((server) => {
    const { url, variables } = membersOf(server);
    const values = membersOf(variables);
    const filled = textOf(url ?? '').replaceAll(/\{([^{}]*)\}/g, (_, name) =>
      textOf(membersOf(own(values, name))['default'] ?? ''),
    );
    const path = filled.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '').replace(/\/$/, '');
    return path === '' || path.startsWith('/') ? path : `/${path}`;
  });
  return bases.length === 0 ? [''] : [...new Set(bases)];
}
