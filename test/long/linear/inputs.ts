import type { Document, Operation, Schema } from '../../support/documents.ts';
import type { FuzzRequest } from '../fuzz/requests.ts';

/** A text of a request that can be made longer. */
export interface Input {
  /** `createFunction: body.name as "a"` */
  readonly name: string;
  /** The most characters that a server reads of it. */
  readonly max: number;
  /** The request with so many characters there. @param mark makes this request unlike every other */
  readonly at: (size: number, mark: number) => FuzzRequest;
  /** Sent before it, and not measured: what the request is about. */
  readonly before?: (size: number, mark: number) => FuzzRequest;
}

type Make = (text: string) => FuzzRequest;

/** Of the 16 KiB that the request line and the headers have together. */
const MAX_LINE = 14 * 1024;
/** Of the MiB that a body has. */
const MAX_BODY = 900_000;
const MAX_ODD = 256 * 1024;

/** What a text is made of: letters, and what parsers and expressions go back for. */
const FILLS = ['a', ' \t', ',a=', '-/.', '=='];
/** For descriptions of topologies, whose parser has most to look for: what stands before, what is repeated, what follows. */
const GRAPHS: readonly (readonly [before: string, fill: string, after: string])[] = [
  ['', '"a":"eth1" -- "b":"eth1"; ', ''],
  ['', 'a;\n', ''],
  ['', 'a [os="x"]; ', ''],
  ['a [', 'a', '];'],
  ['a [', ' ', '];'],
  ['a [', 'a=b,', '];'],
  ['a [os="', 'a', '"];'],
  ['a [', '[', ''],
  ['a', ' ', ';'],
  ['"', 'a', ''],
  ['"a":"', 'a', '" -- "b":"c";'],
  ['a:b', ' ', '-- c:d;'],
  ['', '/*', ''],
  ['', '//', ''],
  ['', '{', ''],
  ['', '} ', ''],
  ['', '\\"', ''],
];

/** Every text that a request of this operation can hold. @param request that is accepted, or nearly so */
export function inputsOf(document: Document, operation: Operation, request: FuzzRequest): readonly Input[] {
  return [...inPath(operation, request), ...inQuery(operation, request), ...inBody(document, operation, request)];
}

/** Every header that a server reads, and as many headers as there may be. */
export function headerInputsOf({ id }: Operation, request: FuzzRequest): readonly Input[] {
  const header = (name: string, before = '') =>
    filled(`${id}: header ${name} ${before}`, MAX_LINE, FILLS, (text) => with_(request, name, `${before}${text}`));
  return [
    ...header('authorization', 'Bearer '),
    ...header('authorization', 'Basic '),
    ...header('authorization', 'Bearer nvapi-'),
    ...header('authorization', 'Bearer eyJhbGciOiJSUzI1NiJ9.'),
    ...header('authorization'),
    ...header('cookie', 'a='),
    ...header('content-type', 'application/json;'),
    ...header('host'),
    ...header('accept'),
    ...header('origin', 'http://'),
    ...header('x-forwarded-for'),
    counted(`${id}: number of headers`, MAX_LINE, 12, (count) => ({
      ...request,
      headers: { ...request.headers, ...Object.fromEntries(numbered(count).map((one) => [`x-${one}`, 'a'])) },
    })),
    counted(`${id}: number of cookies`, MAX_LINE, 9, (count) =>
      with_(
        request,
        'cookie',
        numbered(count)
          .map((one) => `${one}=a`)
          .join('; '),
      ),
    ),
  ];
}

function with_(request: FuzzRequest, name: string, value: string): FuzzRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

function inPath({ id, path }: Operation, request: FuzzRequest): Input[] {
  const steps = path.split('/');
  const [sent = '', search] = request.url.split('?');
  const own = sent.split('/');
  return steps.flatMap((step, index) => {
    if (!step.startsWith('{')) return [];
    return filled(`${id}: path ${step}`, MAX_LINE, ['a', '-', '%41'], (text) => ({
      ...request,
      url: `${own.map((one, at) => (at === index ? text : one)).join('/')}${search === undefined ? '' : `?${search}`}`,
    }));
  });
}

function inQuery({ id, parameters }: Operation, request: FuzzRequest): Input[] {
  const [path = '', search = ''] = request.url.split('?');
  const rest = (name: string) => {
    const fields = new URLSearchParams(search);
    fields.delete(name);
    return fields.size > 0 ? `&${fields}` : '';
  };
  const named = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  return [
    ...named.flatMap((name) =>
      filled(`${id}: query ${name}`, MAX_LINE, FILLS, (text) => ({
        ...request,
        url: `${path}?${name}=${text.replaceAll(/[ \t]/g, '+')}${rest(name)}`,
      })),
    ),
    counted(`${id}: number of query parameters`, MAX_LINE, 9, (count) => ({
      ...request,
      url: `${path}?${numbered(count)
        .map((one) => `${one}=a`)
        .join('&')}`,
    })),
  ];
}

function inBody(document: Document, { id, body }: Operation, request: FuzzRequest): Input[] {
  if (body === null || body.mediaType === '*/*') return [];
  const isForm = body.mediaType.includes('form');
  const write = (value: unknown): string =>
    isForm ? String(new URLSearchParams(value as Record<string, string>)) : JSON.stringify(value);
  const sent = (value: unknown): FuzzRequest => ({
    ...request,
    payload: write(value),
    headers: { ...request.headers, 'content-type': body.mediaType },
  });
  const base = typeof request.body === 'object' && request.body !== null ? request.body : {};
  const places = placesOf(document, body.schema, []);
  return [
    ...places.flatMap(({ path, isList, item }) =>
      isList
        ? [
            counted(`${id}: number of ${pathName(path)}`, MAX_ODD, sizeOf(item), (count) =>
              sent(
                put(
                  base,
                  path,
                  numbered(count).map((one) => marked(item, one)),
                ),
              ),
            ),
          ]
        : textInputs(`${id}: body ${pathName(path)}`, (text) => sent(put(base, path, text))).concat(
            ['content', 'topology_data'].includes(String(path.at(-1)))
              ? graphInputs(`${id}: body ${pathName(path)}`, base, path, sent)
              : [],
          ),
    ),
    counted(`${id}: number of members`, MAX_BODY, 12, (count) =>
      sent({ ...base, ...Object.fromEntries(numbered(count).map((one) => [one, 'a'])) }),
    ),
    ...filled(`${id}: name of a member`, MAX_BODY, ['a'], (text) => sent({ ...base, [text]: 'a' })),
    ...(isForm
      ? filled(`${id}: text of a form`, MAX_BODY, ['&', '=', 'a=b&', '%', '%41', '+', '&a'], (text) => ({
          ...sent({}),
          payload: text,
        }))
      : filled(`${id}: text of JSON`, MAX_BODY, [' ', '[', '{"a":', '[1,', '"', '\\u0041', '1'], (text) => ({
          ...sent({}),
          payload: text,
        }))),
  ];
}

function textInputs(name: string, make: Make): Input[] {
  return filled(name, MAX_BODY, FILLS, make);
}

/** Graphs in DOT, of one statement many times, and of one that goes on. */
function graphInputs(name: string, base: object, path: Place['path'], sent: (value: unknown) => FuzzRequest): Input[] {
  const dot = { ...base, format: 'DOT', source_format: 'DOT', destination_format: 'JSON' };
  return GRAPHS.flatMap(([before, fill, after]) =>
    filled(`${name} in DOT ${before}..${after}`, MAX_BODY, [fill], (text) =>
      sent(put(dot, path, `graph "g" {\n${before}${text}${after}\n}`)),
    ),
  );
}

/** @param count of the characters that one takes */
function counted(name: string, max: number, each: number, make: (count: number) => FuzzRequest): Input {
  return { name, max, at: (size) => make(Math.max(1, Math.floor(size / each))) };
}

/** An input for each filling. */
function filled(name: string, max: number, fills: readonly string[], make: Make): Input[] {
  return fills.map((fill, index) => ({
    name: `${name} of ${JSON.stringify(fill)}`,
    max: index === 0 ? max : Math.min(max, MAX_ODD),
    at: (size, mark) => make(`${fill.repeat(Math.ceil(size / fill.length)).slice(0, size)}${mark}`),
  }));
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index}`);
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly isList: boolean;
  /** What a list is a list of. */
  readonly item: unknown;
}

/** Where a body has texts and lists. */
function placesOf(document: Document, schema: Schema, path: readonly (string | number)[]): Place[] {
  const whole = document.resolved(schema);
  if (path.length > 6) return [];
  const parts = [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])];
  const own = parts.flatMap((part) => placesOf(document, part, path));
  const isFree = whole.type === undefined && whole.properties === undefined && parts.length === 0;
  if (whole.type === 'string' || isFree) return [{ path, isList: false, item: null }, ...own];
  if (whole.type === 'array') {
    const item = exampleOf(document, whole.items ?? {}, 0);
    return [{ path, isList: true, item }, ...placesOf(document, whole.items ?? {}, [...path, 0]), ...own];
  }
  const members = Object.entries(whole.properties ?? {});
  return [...members.flatMap(([name, one]) => placesOf(document, one, [...path, name])), ...own];
}

/** The least that fits a schema. */
function exampleOf(document: Document, schema: Schema, depth: number): unknown {
  const whole = document.resolved(schema);
  if (whole.enum !== undefined) return whole.enum[0];
  const part = whole.oneOf?.[0] ?? whole.anyOf?.[0] ?? whole.allOf?.[0];
  if (part !== undefined) return exampleOf(document, part, depth + 1);
  switch (whole.type) {
    case 'string':
      return 'a'.repeat(Math.max(1, whole.minLength ?? 1));
    case 'integer':
    case 'number':
      return whole.minimum ?? 1;
    case 'boolean':
      return false;
    case 'array':
      return whole.minItems === undefined ? [] : [exampleOf(document, whole.items ?? {}, depth + 1)];
    default: {
      const required = depth > 5 ? [] : (whole.required ?? []);
      return Object.fromEntries(
        required.map((name) => [name, exampleOf(document, whole.properties?.[name] ?? {}, depth + 1)]),
      );
    }
  }
}

/** Entries of a list differ, where they are texts. */
function marked(item: unknown, mark: string): unknown {
  if (typeof item === 'string') return mark;
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, typeof value === 'string' && value === 'a' ? mark : value]),
  );
}

function sizeOf(item: unknown): number {
  return JSON.stringify(item ?? null).length + 6;
}

function pathName(path: readonly (string | number)[]): string {
  return path.map((step) => (typeof step === 'number' ? '*' : step)).join('.') || 'items';
}

/** A copy with a value at a path; what is missing on the way is made. */
function put(base: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const [first, ...others] = Array.isArray(base) ? base : [];
    return [put(first, rest, value), ...others];
  }
  const record = typeof base === 'object' && base !== null && !Array.isArray(base) ? base : {};
  return { ...record, [step]: put((record as Record<string, unknown>)[step], rest, value) };
}
