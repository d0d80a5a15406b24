import { own, Unusable } from '../../../src/conformance-entry.ts';
import { oneLine, textOf } from './difference.ts';
import { checkStructure } from './structure.ts';

/** Some object of a document. A user's document may be malformed, so each member is checked where it is read. */
export type Members = Readonly<Record<string, unknown>>;

/** The members of an object; none if it is something else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An OpenAPI document whose references were checked. */
export interface Source {
  /** For messages: `--spec newer.json`. */
  readonly name: string;
  readonly root: Members;
  /** From version 3.1 on, members beside a `$ref` count. */
  readonly hasSiblings: boolean;
}

/**
 * Checks that a document is OpenAPI 3, and that all its references lead to something in it.
 *
 * @param name of the document, for messages
 * @throws Unusable naming the place
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
    throw new Unusable(`${name} is not an OpenAPI document: it has no \`paths\`, or they are not an object.`);
  }
  checkStructure(root, name);
  const source = { name, root, hasSiblings: !/^3(?:\.0|$)/.test(version) };
  checkReferences(source);
  return source;
}

/** Members with data of any form, in which `$ref` means nothing. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** Members whose own members have names of the document's choice: a schema or an answer can be called `default`. */
const MAPS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions', 'schemas', 'parameters'],
  ...['requestBodies', 'responses', 'headers', 'content', 'securitySchemes'],
]);

interface Visit {
  readonly node: object;
  /** Null: the document itself. */
  readonly from: Visit | null;
  readonly step: string;
}

/** Without recursion, because a document may be nested deeply. */
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
        // The target can be in an extension, which is left out otherwise.
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

/** How many references are followed, from one to the next. */
const MAX_REFERENCES = 32;

/** What is wrong with a reference; null: nothing. */
function faultOfReference(source: Source, reference: string): string | null {
  const shown = `\`${oneLine(reference)}\``;
  if (!reference.startsWith('#')) return `leads to another file, ${shown}. Bundle the document into one file first.`;
  const passed = new Set<unknown>();
  let target = targetOf(source, reference);
  if (target === undefined) return `leads nowhere: ${shown}.`;
  for (let next = referenceOf(target); next !== null; next = referenceOf(target)) {
    if (passed.has(target)) return `leads to itself: ${shown}.`;
    if (passed.size === MAX_REFERENCES)
      return `begins a chain of more than ${MAX_REFERENCES} references: ${shown}. Refer to the last part of the chain.`;
    passed.add(target);
    target = targetOf(source, next);
  }
  return null;
}

/** The part of a document that a reference leads to. */
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

/** A part of a document, or what it refers to. */
export function resolve(source: Source, value: unknown): unknown {
  let at = value;
  for (let next = referenceOf(at); next !== null; next = referenceOf(at)) at = targetOf(source, next);
  return at;
}

/** The reference of an object; null if it is none. */
export function referenceOf(value: unknown): string | null {
  const { $ref } = membersOf(value);
  return typeof $ref === 'string' ? $ref : null;
}

/** The servers of a path or of one of its operations, which override those of the path. Undefined: the document's. */
export function serversOf(item: Members, method?: string): unknown {
  const { servers = item['servers'] } = method === undefined ? item : membersOf(item[method]);
  return servers;
}

/** The paths of servers: `/api/v1` of `https://{tenant}.example/api/v1`; one that is empty if there are none. */
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
