import { own } from '../../core/members.ts';
import { Unusable } from '../../core/unusable.ts';
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
export function sourceOf(content: unknown, name: string): Source {
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

interface Visit {
  readonly node: object;
  /** Null: the document itself. */
  readonly from: Visit | null;
  readonly step: string;
}

/** Without recursion, because a document may be nested deeply. */
function checkReferences(source: Source): void {
  const seen = new Set<object>([source.root]);
  const visits: Visit[] = [{ node: source.root, from: null, step: '' }];
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    // A parameter or a member of a schema can be called `example`.
    const isMap = visit.step === 'properties' || visit.step === 'parameters';
    for (const [step, value] of Object.entries(visit.node)) {
      if (step === '$ref' && typeof value === 'string' && !isMap) {
        const fault = faultOfReference(source, value);
        if (fault !== null) throw new Unusable(`${source.name}: \`$ref\` at ${placeOf(visit)} ${fault}`);
      }
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      if (!isMap && (DATA.has(step) || step.startsWith('x-'))) continue;
      seen.add(value);
      visits.push({ node: value, from: visit, step });
    }
  }
}

function placeOf(visit: Visit): string {
  const steps: string[] = [];
  for (let at = visit; at.from !== null; at = at.from) steps.push(at.step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `\`#/${oneLine(steps.reverse().join('/'), 300)}\``;
}

/** A reference to a reference, and so on: more are a circle. */
const MOST_REFERENCES = 32;

/** What is wrong with a reference; null: nothing. */
function faultOfReference(source: Source, reference: string): string | null {
  const shown = `\`${oneLine(reference)}\``;
  if (!reference.startsWith('#')) return `leads to another file, ${shown}. Bundle the document into one file first.`;
  let target = targetOf(source, reference);
  if (target === undefined) return `leads nowhere: ${shown}.`;
  for (let passed = 0; passed < MOST_REFERENCES; passed += 1) {
    const next = referenceOf(target);
    if (next === null) return null;
    target = targetOf(source, next);
  }
  return `leads to itself: ${shown}.`;
}

/** The part of a document that a reference leads to. */
function targetOf(source: Source, reference: string): unknown {
  if (reference === '#') return source.root;
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Members)[step] : undefined,
      source.root,
    );
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
