import { isRecord } from '../core/own.ts';

/** The compared parts of an OpenAPI 3 document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
}

/** Each part can also be a reference, which `resolve` follows. */
interface Operation {
  readonly parameters?: readonly Partial<Parameter>[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

/** Deeper members are not compared. */
const MOST_DEPTH = 6;

/** The differences between a vendor's document and a served one, one per line. */
export interface Drift {
  readonly lines: readonly string[];
  /** Operations that only the mock has. Not a difference: the vendor's document may be a fragment. */
  readonly notes: readonly string[];
  /** The number of operations in both documents. */
  readonly compared: number;
}

/**
 * Compares operations, parameters, members of requests and responses, and statuses. Only paths of the vendor's document
 * count, so that a fragment is compared with its own part.
 */
export function findDrift(vendor: OpenApi, served: OpenApi): Drift {
  const theirs = operationsOf(vendor);
  const ours = operationsOf(served);
  const lines: string[] = [];
  let compared = 0;
  for (const [call, operation] of theirs) {
    const own = ours.get(call);
    if (own === undefined) {
      lines.push(`${operation.shown}: only the document has it`);
      continue;
    }
    compared += 1;
    lines.push(...operationDrift(operation, own));
  }
  const paths = new Set([...theirs.values()].map(({ path }) => path));
  const notes = [...ours]
    .filter(([call, { path }]) => !theirs.has(call) && paths.has(path))
    .map(([, { shown }]) => `${shown}: only the mock has it`);
  return { lines, notes, compared };
}

interface Found {
  /** For messages: `GET /api/v1/users/{userId}`. */
  readonly shown: string;
  /** The path with anonymous parameters. */
  readonly path: string;
  readonly operation: Operation;
  readonly document: OpenApi;
}

function operationsOf(document: OpenApi): Map<string, Found> {
  const entries = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Found][] => {
      // A vendor's document may be malformed; missing or malformed parts are skipped.
      const operation = item?.[method] as Operation | null | undefined;
      if (operation === undefined || operation === null) return [];
      const nameless = path.replaceAll(/\{[^}]+\}/g, '{}').replace(/\/$/, '');
      // Parameters of the path. OpenAPI requires a list.
      const shared = (item['parameters'] ?? []) as NonNullable<Operation['parameters']>;
      const whole = { ...operation, parameters: [...shared, ...(operation.parameters ?? [])] };
      const shown = `${method.toUpperCase()} ${path}`;
      return [[`${method} ${nameless}`, { shown, path: nameless, operation: whole, document }]];
    }),
  );
  return new Map(entries);
}

function operationDrift(theirs: Found, ours: Found): string[] {
  const { shown } = theirs;
  return [
    ...setDrift(`${shown}: query parameter`, queryNames(theirs), queryNames(ours)),
    ...setDrift(`${shown}: status`, statuses(theirs), statuses(ours)),
    ...setDrift(
      `${shown}: request field`,
      members(theirs.document, requestSchema(theirs)),
      members(ours.document, requestSchema(ours)),
    ),
    ...statuses(theirs)
      .filter((status) => statuses(ours).includes(status) && status.startsWith('2'))
      .flatMap((status) =>
        setDrift(
          `${shown}: field of ${status}`,
          members(theirs.document, responseSchema(theirs, status)),
          members(ours.document, responseSchema(ours, status)),
        ),
      ),
  ];
}

function setDrift(what: string, theirs: readonly string[], ours: readonly string[]): string[] {
  return [
    ...theirs.filter((one) => !ours.includes(one)).map((one) => `${what} \`${one}\`: only the document has it`),
    ...ours.filter((one) => !theirs.includes(one)).map((one) => `${what} \`${one}\`: only the mock has it`),
  ];
}

function queryNames({ operation, document }: Found): string[] {
  const parameters = (operation.parameters ?? []).map((one) => resolve(document, one));
  return parameters.flatMap((one) => (one?.in === 'query' && one.name !== undefined ? [one.name] : []));
}

/** `500` and `503` can occur anywhere, so the mock need not document them. */
function statuses({ operation }: Found): string[] {
  return Object.keys(operation.responses ?? {}).filter((status) => status !== 'default' && !status.startsWith('5'));
}

function requestSchema({ operation, document }: Found): Schema | undefined {
  return schemaOf(resolve(document, operation.requestBody)?.content);
}

function responseSchema({ operation, document }: Found, status: string): Schema | undefined {
  return schemaOf(resolve(document, operation.responses?.[status])?.content);
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return (content?.['application/json'] ?? Object.values(content ?? {})[0])?.schema;
}

/** The members of a schema, by their paths: `accessKeys[].name`. */
function members(document: OpenApi, schema: Schema | undefined, prefix = '', depth = 0): string[] {
  const whole = resolve(document, schema);
  if (whole === undefined || depth > MOST_DEPTH) return [];
  const own = Object.entries(whole.properties ?? {}).flatMap(([name, member]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...members(document, member, path, depth + 1)];
  });
  const parts = (whole.allOf ?? []).flatMap((part) => members(document, part, prefix, depth + 1));
  const items = whole.items === undefined ? [] : members(document, whole.items, `${prefix}[]`, depth + 1);
  return [...new Set([...own, ...parts, ...items])];
}

/** Follows a reference within the document. A malformed target has none of the members that its type has. */
function resolve<Value>(document: OpenApi, value: Value): Value | undefined {
  const $ref = isRecord(value) ? value['$ref'] : undefined;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return value;
  const steps = $ref
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = steps.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), document);
  return resolve(document, target as Value | undefined);
}
