import fc, { type Arbitrary } from 'fast-check';
import type { Document, Operation, Parameter } from '../../support/documents.ts';
import type { ValuePool } from './pool.ts';
import { anything, NASTY, nastyText, singularOf, Values } from './values.ts';

/** A request as it is sent. */
export interface FuzzRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly payload: string | Buffer | null;
  /** The body before it became text, where it is a whole one: to learn from what is accepted. */
  readonly body: unknown;
}

/** What may stand in `Authorization`, by what it is called. */
export type Credentials = Readonly<Record<string, string>>;

/** Whose credentials each service asks for, the strongest first. */
export type Preferred = Readonly<Record<string, readonly string[]>>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const HOSTS = [
  'localhost:6625',
  '127.0.0.1',
  '[::1]:6625',
  'evil.example',
  'a b',
  '',
  'xn--',
  '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001.invocation.localhost',
];
const SEGMENTS = [
  ...['', '%00', '%2F', '%2e%2e', '%E2%80%A8', '%ED%A0%80', '%zz', '.', '..', '%20', '*', 'constructor', '__proto__'],
  'a'.repeat(300),
];
const SUFFIXES = [
  ...['&=', '&a', '&%zz=1', '&__proto__=1', '&constructor[prototype]=1', '&limit=1&limit=2', '&search=a%00b'],
  ...['&x=%ED%A0%80', '&toString=1', `&q=${'a'.repeat(4000)}`],
];
const RIGHT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/vnd.x+json',
];
const WRONG_TYPES = [
  'text/plain',
  '',
  'multipart/form-data; boundary=a',
  'application/json; charset=latin1',
  'application/x-www-form-urlencoded',
  'json',
  'text/plain\u00e2\u0080\u00a8',
  'application/json,application/json',
];
const TEXTS = [
  ...['', ' ', 'null', '[]', '"a"', '1', '{', '{"a":1,}', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}'],
  ...['{"a":1e999}', '{"a":1,"a":2}', '\ufeff{}', '{}{}', `${'['.repeat(70)}${']'.repeat(70)}`],
  ...['a=b&a=c', '&&&', '=', '%zz=1', 'grant_type=password', '__proto__=1'],
];

/** Makes requests of one operation. */
export function requestsOf(
  operation: Operation,
  document: Document,
  pool: ValuePool,
  credentials: Credentials,
  preferred: readonly string[],
): Arbitrary<FuzzRequest> {
  const values = new Values(document, pool);
  const { parameters } = operation;
  const inPath = parameters.filter((one) => one.in === 'path');
  const inQuery = parameters.filter((one) => one.in === 'query');
  const inHeader = parameters.filter((one) => one.in === 'header');
  return fc
    .record({
      method: rarely(30, fc.constant(operation.method), fc.constantFrom(...METHODS)),
      segments: segmentsOf(operation, inPath, values, pool),
      tail: rarely(60, fc.constant(''), fc.constantFrom('/', '//', '/x', '%00', ';a=b', '%2F')),
      query: fc.tuple(...inQuery.map((one) => queryPart(one, values))),
      suffix: rarely(15, fc.constant(''), fc.constantFrom(...SUFFIXES)),
      credential: authorization(credentials, preferred),
      host: rarely(40, fc.constant('localhost:6625'), fc.constantFrom(...HOSTS)),
      extra: rarely(20, fc.constant({}), extraHeaders),
      own: fc.tuple(...inHeader.map((one) => headerPart(one, values))),
      body: bodyOf(operation, values, pool),
      type: typeOf(operation.body?.mediaType ?? 'application/json'),
    })
    .map(({ method, segments, tail, query, suffix, credential, host, extra, own, body, type }): FuzzRequest => {
      const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => segments[name] ?? '');
      const search = `${query.flat().join('&')}${suffix}`.replace(/^&/, '');
      const sends = body !== null && !(['GET', 'HEAD'].includes(method) && operation.body === null);
      const line = sends && type !== null ? { 'content-type': type } : {};
      return {
        method,
        url: normal(`${path}${tail}${search === '' ? '' : `?${search}`}`),
        headers: {
          host,
          ...extra,
          ...Object.fromEntries(own.flat()),
          ...line,
          ...(credential !== null && { authorization: credential }),
        },
        payload: sends ? body.text : null,
        body: sends ? body.value : undefined,
      };
    });
}

/** As every URL parser sends it, the one of the requests in process too: without `.` and `..`. */
function normal(target: string): string {
  const { pathname, search } = new URL(`http://localhost${target}`);
  return `${pathname}${search}`;
}

/** Once in so many times something else. */
function rarely<One, Other>(often: number, usual: Arbitrary<One>, other: Arbitrary<Other>): Arbitrary<One | Other> {
  return fc.oneof({ weight: often, arbitrary: usual }, { weight: 1, arbitrary: other });
}

/** The parts of a path by name: of an object that was found under some path before, or each by itself. */
function segmentsOf(
  operation: Operation,
  parameters: readonly Parameter[],
  values: Values,
  pool: ValuePool,
): Arbitrary<Readonly<Record<string, string>>> {
  const single = parameters.map((one) => segment(operation, one, values));
  const names = ownNames(parameters.map(({ name }) => name));
  return fc.tuple(fc.nat(99), fc.nat(1000), fc.tuple(...single)).map(([chance, choice, parts]) => {
    const together = chance < 70 ? pool.pickPath(names, choice) : undefined;
    const alone = parameters.map(({ name }, index) => [name, parts[index] ?? '']);
    return { ...Object.fromEntries(alone), ...Object.fromEntries((together ?? []).map((one, at) => [names[at], one])) };
  });
}

/** Organisation and realm say whose an object is, not which. */
export function ownNames(names: readonly string[]): string[] {
  return names.filter((name) => name !== 'org' && name !== 'realm').sort();
}

/** @returns a part of a path, encoded */
function segment({ path }: Operation, { name, schema }: Parameter, values: Values): Arbitrary<string> {
  const before =
    path
      .split(`/{${name}}`)[0]
      ?.split('/')
      .filter((step) => !step.startsWith('{'))
      .at(-1) ?? '';
  const collection = [`collection:${singularOf(before)}`];
  const known = fc.nat(1000).map((choice) => values.known(name, choice, collection));
  const usual = fc.tuple(known, values.text(schema, name)).map(([one, other]) => encoded(one ?? other));
  return fc.oneof(
    { weight: 24, arbitrary: usual },
    { weight: 2, arbitrary: values.text(schema, name).map(encoded) },
    { weight: 1, arbitrary: fc.constantFrom(...SEGMENTS) },
  );
}

/** @returns `name=value`, none or several */
function queryPart({ name, schema, required }: Parameter, values: Values): Arbitrary<string[]> {
  const value = values.of(schema, name).map(asText);
  return fc.tuple(fc.nat(99), fc.array(value, { minLength: 1, maxLength: 2 })).map(([chance, several]) => {
    if (chance < (required === true ? 5 : 75)) return [];
    const sent = chance % 8 === 0 ? several : several.slice(0, 1);
    return sent.map((one) => `${encoded(name)}=${encoded(one)}`);
  });
}

function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** @returns a name with its value, or none */
function headerPart({ name, schema }: Parameter, values: Values): Arbitrary<[string, string][]> {
  return fc
    .tuple(fc.nat(99), values.of(schema, name))
    .map(([chance, value]) => (chance < 5 ? [] : [[name.toLowerCase(), line(asText(value))]]));
}

/** UTF-8 that has no bytes becomes some that are not valid. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}

/** Mostly the strongest; the others are tried now and then, and so is nobody. */
function authorization(credentials: Credentials, preferred: readonly string[]): Arbitrary<string | null> {
  const own = preferred.flatMap((name) => credentials[name] ?? []);
  const every = Object.values(credentials);
  return fc.tuple(fc.nat(99), fc.nat(1000), fc.constantFrom(...NASTY)).map(([chance, choice, text]) => {
    if (chance < 60) return own[0] ?? null;
    if (chance < 80 && own.length > 0) return own[choice % own.length] as string;
    if (chance < 92) return every[choice % every.length] ?? null;
    if (chance < 95) return null;
    return ['Bearer ', 'Bearer', 'Basic ', 'Basic YTpi', `Bearer ${line(text)}`, `bearer  x`, line(text)][
      choice % 7
    ] as string;
  });
}

/** As bytes of a header, which Node reads as Latin-1. */
function line(text: string): string {
  return Buffer.from(text.replaceAll(/[\0\r\n]/g, ''), 'utf8')
    .toString('latin1')
    .trim();
}

const extraHeaders = fc.oneof(
  fc.constantFrom('http://evil.example', 'null', 'http://localhost:6625', '').map((origin) => ({ origin })),
  nastyText.map((text) => ({ accept: line(text).slice(0, 500) })),
  nastyText.map((text) => ({ cookie: `a=${line(text).slice(0, 500)}` })),
  nastyText.map((text) => ({ 'x-request-id': line(text).slice(0, 500) })),
  nastyText.map((text) => ({ 'nvcf-input-asset-references': line(text).slice(0, 500) })),
  fc.constantFrom('0', 'a', '-1', '300', '99999999999').map((seconds) => ({ 'nvcf-poll-seconds': seconds })),
  fc.constantFrom(['a', 'b'], ['Bearer a', 'Bearer b']).map((twice) => ({ 'x-forwarded-for': twice })),
);

function typeOf(right: string): Arbitrary<string | null> {
  const variants = right === 'application/json' ? RIGHT_TYPES : [right, right.toUpperCase()];
  return fc.oneof(
    { weight: 40, arbitrary: fc.constant(right) },
    { weight: 4, arbitrary: fc.constantFrom(...variants) },
    { weight: 2, arbitrary: fc.constantFrom(...WRONG_TYPES) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

interface Sent {
  readonly text: string | Buffer;
  readonly value: unknown;
}

function bodyOf(operation: Operation, values: Values, pool: ValuePool): Arbitrary<Sent | null> {
  if (operation.body === null) {
    return rarely(
      20,
      fc.constant(null),
      fc.constantFrom(...TEXTS).map((text) => ({ text, value: undefined })),
    );
  }
  const { mediaType, schema } = operation.body;
  if (mediaType === '*/*' || mediaType === 'application/octet-stream') {
    return fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ text: Buffer.from(bytes), value: undefined }));
  }
  const write = mediaType.includes('form') ? formOf : jsonOf;
  const fresh = values.of(schema, '');
  const learnt = fc
    .tuple(fc.nat(1000), fresh, fc.nat(3), fc.nat(1000), anything)
    .map(([choice, other, how, place, value]) => {
      const body = pool.pickBody(operation.id, choice) ?? other;
      return how === 0 ? replaced(body, place, value) : body;
    });
  return fc.oneof(
    { weight: 12, arbitrary: fresh.map((value) => ({ text: write(value), value })) },
    { weight: 8, arbitrary: learnt.map((value) => ({ text: write(value), value })) },
    { weight: 1, arbitrary: anything.map((value) => ({ text: write(value), value: undefined })) },
    { weight: 1, arbitrary: fc.constantFrom(...TEXTS).map((text) => ({ text, value: undefined })) },
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fresh.map((value) => ({ text: jsonOf(value).replace('{', '{"__proto__":{},'), value: undefined })),
    },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ text: Buffer.from(bytes), value: undefined })),
    },
  );
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function formOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, one]) => {
    return `${encoded(name)}=${encoded(typeof one === 'object' ? jsonOf(one) : String(one))}`;
  });
  return fields.join('&');
}

/** A copy in which one of the values is another. */
function replaced(body: unknown, place: number, value: unknown): unknown {
  let left = place % Math.max(1, countOf(body));
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, walk(one)]));
  };
  return walk(body);
}

function countOf(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 1;
  return Object.values(part).reduce<number>((sum, one) => sum + countOf(one), 1);
}
