import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { applyBaseline, readBaseline } from '../../conformance/src/verify/baseline.ts';
import type { DifferenceClass } from '../../conformance/src/verify/difference.ts';
import type { Config } from '../../src/app/options.ts';

/** A body to check against the vendor's document: of a response, or of an example request. */
export interface CheckedBody {
  /** `GET /path?query` */
  readonly request: string;
  /** Null for the body of a request. */
  readonly status: number | null;
  readonly body: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
type Part = any;

const PUBLISHED = new URL('../../conformance/published/', import.meta.url);

/** Loads the vendors' documents for the versions of a configuration. */
export function vendorSchemas({ runai = '2.24', air = '2.0' }: Partial<Config>): (reported: CheckedBody) => string[] {
  const versions = [`runai.${runai}`, `air.${air}`];
  const names = readdirSync(PUBLISHED).map((file) => file.replace(/\.json$/, ''));
  const chosen = names.filter((name) => !name.includes('.') || versions.includes(name)).map(documentOf);
  return (reported) => chosen.flatMap((document) => document.faultsOf(reported));
}

const DOCUMENTS = new Map<string, VendorDocument>();

function documentOf(name: string): VendorDocument {
  const known = DOCUMENTS.get(name) ?? new VendorDocument(name);
  DOCUMENTS.set(name, known);
  return known;
}

const json = (url: URL) => JSON.parse(readFileSync(url, 'utf8'));

/** A published document. Its schemas are compiled on first use. */
class VendorDocument {
  readonly #name: string;
  readonly #compiled = new Map<string, ValidateFunction | null>();
  #loaded: ReturnType<typeof load> | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /** Returns where a body violates the vendor's schema, except for what the baseline accepts. */
  faultsOf({ request, status, body }: CheckedBody): string[] {
    // Event streams are text.
    if (body === undefined || typeof body === 'string') return [];
    const [method = '', url = ''] = request.split(' ');
    const { routes, isAccepted } = this.#document;
    const path = url.split('?', 1)[0] ?? '';
    const route = routes.get(segmentsOf(path))?.find(({ pattern }) => pattern.test(path))?.vendors;
    if (route === undefined) return [];
    const operation = ['paths', route.path, method.toLowerCase()];
    const [where, place] =
      status === null
        ? [`${method} ${route.path} body`, [...operation, 'requestBody']]
        : [`${method} ${route.path} ${status} body`, [...operation, 'responses', String(status)]];
    const validate = this.#validatorAt(where, place);
    if (validate === null || validate(body)) return [];
    return (validate.errors ?? []).filter((error) => !isAccepted(where, error)).map((error) => faultText(where, error));
  }

  /** @returns null if the vendor does not document such a body */
  #validatorAt(where: string, place: readonly string[]): ValidateFunction | null {
    const known = this.#compiled.get(where);
    if (known !== undefined) return known;
    const { root, ajv } = this.#document;
    const path = schemaSteps(root, place)
      ?.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const made = path === undefined ? null : ajv.compile({ $ref: `vendor#/${path}` });
    this.#compiled.set(where, made);
    return made;
  }

  get #document() {
    this.#loaded ??= load(this.#name);
    return this.#loaded;
  }
}

/** Returns the path to the schema of a JSON body; null without one. */
function schemaSteps(root: Part, place: readonly string[]): readonly string[] | null {
  const { part, steps } = follow(root, place);
  const media = Object.keys(part?.content ?? {}).find((type) => /json|\*\/\*/.test(type));
  if (media === undefined) return null;
  const at = [...steps, 'content', media, 'schema'];
  return follow(root, at).part === undefined ? null : at;
}

/** Returns the part of a document at a path, and the path with references resolved. */
function follow(root: Part, steps: readonly string[]): { readonly part: Part; readonly steps: string[] } {
  let [part, passed] = [root, [] as string[]];
  for (const step of steps) {
    part = part?.[step];
    passed.push(step);
    while (typeof part?.$ref === 'string' && !passed.includes('schema')) {
      passed = part.$ref
        .slice(2)
        .split('/')
        .map((one: string) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
      part = follow(root, passed).part;
    }
  }
  return { part, steps: passed };
}

function load(name: string) {
  const root = json(new URL(`${name}.json`, PUBLISHED));
  const speed = { meta: false, validateSchema: false, code: { optimize: false } } as const;
  const ajv = addFormats.default(
    new Ajv({ strict: false, logger: false, allErrors: true, unicodeRegExp: false, ...speed }),
  );
  // Java's `URI` may be relative, but is published as `uri`.
  ajv.addFormat('uri', (text: string) => URL.canParse(text, 'https://a.test'));
  ajv.addSchema(withTypedNulls(root), 'vendor');
  return { root, ajv, routes: routesOf(root, name), isAccepted: acceptedBy(name) };
}

/** Drops `nullable` without a type, which has no effect (OpenAPI 3.0.3) and which ajv rejects. */
function withTypedNulls(part: Part): Part {
  if (Array.isArray(part)) return part.map(withTypedNulls);
  if (typeof part !== 'object' || part === null) return part;
  // The import writes this for a nullable class of the SDK.
  if (part.nullable === true && part.allOf !== undefined) return { anyOf: [...part.allOf, { type: 'null' }] };
  const members = Object.entries(part).filter(([name]) => name !== 'nullable' || typeof part.type === 'string');
  return Object.fromEntries(members.map(([name, value]) => [name, withTypedNulls(value)]));
}

/**
 * Maps the paths of our document to the vendor's items. With the vendor's alone, `/clusters/minimal` would be an id.
 */
function routesOf(root: Part, name: string) {
  const items = new Map(Object.entries<Part>(root.paths).map(([path, item]) => [nameless(path), { path, item }]));
  const ours = Object.keys(json(new URL(`../../dist/openapi/${name}.json`, import.meta.url)).paths);
  const routes = ours.map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/[.+]/g, '\\$&').replaceAll(/\{[^{}]*\}/g, '[^/]+')}$`),
    vendors: items.get(nameless(path)),
  }));
  // Literal segments come before parameters, as in OpenAPI.
  routes.sort((one, other) => one.path.split('{').length - other.path.split('{').length);
  const byLength = new Map<number, typeof routes>();
  for (const route of routes) {
    const length = segmentsOf(route.path);
    byLength.set(length, [...(byLength.get(length) ?? []), route]);
  }
  return byLength;
}

function segmentsOf(path: string): number {
  return path.split('/').length;
}

function nameless(path: string): string {
  return path.replaceAll(/\{[^{}]*\}/g, '{}');
}

/** Returns a check whether the baseline of a service accepts a violation. */
function acceptedBy(name: string): (where: string, error: ErrorObject) => boolean {
  const file = new URL(`../../openapi/${name.replace(/\..*$/, '')}/baseline.json`, import.meta.url);
  if (!existsSync(file)) return () => false;
  const baseline = readBaseline(json(file), name);
  const entries = baseline.differences.map((one) => ({ ...one, id: nameless(one.id) }));
  const patterns = baseline.patterns ?? [];
  return (where, error) => {
    const ids = kindsOf(error).map((kind) => nameless(`${where}${placeOf(error)}: ${kind}`));
    if (entries.some(({ id }) => ids.includes(id))) return true;
    const found = ids.flatMap((id) =>
      patterns.map((pattern) => ({ id, where, class: pattern.class satisfies DifferenceClass, what: pattern.what })),
    );
    return applyBaseline(found, { document: null, differences: [], patterns }, name, name).accepted.length > 0;
  };
}

/** Converts `/users/0/name` to the notation of document comparisons: ` users[].name`. */
function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  const own = keyword === 'required' ? `/${params['missingProperty']}` : '';
  const text = `${instancePath}${own}`
    .replaceAll(/\/\d+(?=\/|$)/g, '[]')
    .replaceAll('/', '.')
    .replace(/^\./, '');
  return text === '' ? '' : ` ${text}`;
}

/** Returns the names of an ajv error in document comparisons. */
function kindsOf({ keyword }: ErrorObject): string[] {
  if (keyword === 'type') return ['type', 'nullable', 'enum', 'anyOf'];
  // The vendor's clients can only use an alternative with the vendor's type.
  if (keyword === 'format') return ['format', 'oneOf'];
  if (keyword === 'required') return ['required', 'field'];
  return [keyword];
}

function faultText(where: string, error: ErrorObject): string {
  return `${where}${placeOf(error)} ${error.message}, says the vendor's document`;
}
