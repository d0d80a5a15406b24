import fc, { type Arbitrary } from 'fast-check';
import type { Document, Schema } from '../../support/documents.ts';
import type { ValuePool } from './pool.ts';

/** Texts that have broken servers before. */
export const NASTY: readonly string[] = [
  ...['', ' ', '\0', 'a\0b', '\ud800', '\udfff\ud800', '\u2028', 'text/plain\u2028', '\r\nx-injected: 1'],
  ...['\u202eabc', '\ufeff', '😀', 'é'.normalize('NFD')],
  ...['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'null', 'undefined'],
  ...['NaN', '-1', '0', '1e309', '9007199254740993', '99999999999999999999999999', '0x10', 'true'],
  ...['..', '../../etc/passwd', '%00', '%2f', '%', '_', '*', ',', ',,', "' OR 1=1 --", '"', '\\', '<script>', '{{}}'],
  ...['a@b', '2026-02-30T25:61:61Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00.001Z'],
  ...['P9999999999Y', 'PT1e9H', '00000000-0000-4000-8000-000000000000', '00000000-0000-0000-0000-000000000000'],
];

const LENGTHS = [1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 4096, 4097, 10_000];

export const nastyText: Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NASTY) },
  // Not `fc.string`, which makes a list of all characters before the first text.
  {
    weight: 2,
    arbitrary: fc.array(fc.nat(0x10ffff), { maxLength: 12 }).map((points) => String.fromCodePoint(...points)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LENGTHS).map((length) => 'a'.repeat(length)) },
);

const NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53 + 2, -(2 ** 63), 1e21, 1e308, 5e-324];

/** A value of any type, small. */
export const anything: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: nastyText },
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}], { a: 1 }, { id: null }, [
      'a',
      'a',
    ]),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

/** Topologies as texts. */
const GRAPHS: readonly string[] = [
  'graph x { "a" -- "b" }',
  'graph "t" { "a" [os="generic/ubuntu2204"]; "a":"eth1" -- "b":"eth1" }',
  '{"nodes":{},"links":[]}',
  'graph {',
];

/** Values for members that their schema does not describe, by normalized name. */
const HINTS: Readonly<Record<string, readonly string[]>> = {
  requestratelimit: ['10-S', '1-M', '5-H,7-D', '0-S', '10-S, 20-S'],
  org: ['acme', 'acme', 'acme', 'globex'],
  realm: ['acme'],
  by: ['1s', '15m', 'PT0S', '-1s', '1e9d', '99999999d'],
  within: ['1ms', '2ms', 'PT0S', '-1s', '61s', '1e9d'],
  filterby: ['name==a', 'id=@a', 'phase==Ready', 'name==', '==', 'constructor==a', 'name==a,id==b', 'name=?a'],
  sortby: ['name', '-name', 'createdAt', 'constructor', ''],
  sortorder: ['asc', 'desc', 'up'],
  ordering: ['name', '-created', 'id', 'constructor', '-', '--name'],
  limit: ['0', '1', '50', '1000000', '-1', '1.5', 'a'],
  offset: ['0', '1', '1000000', '-1', '9007199254740993'],
  granttype: [
    'client_credentials',
    'password',
    'refresh_token',
    'authorization_code',
    'app_token',
    'external_token_exchange',
  ],
  responsetype: ['code', 'token', 'id_token', 'code token'],
  scope: ['openid', 'openid email profile', 'offline_access', 'nothing'],
  codechallengemethod: ['S256', 'plain', 's256'],
  redirecturi: [
    'http://127.0.0.1:4711/callback',
    '/login/callback',
    'javascript:alert(1)',
    'http://[::1',
    'urn:ietf:wg:oauth:2.0:oob',
  ],
  content: GRAPHS,
  topologydata: GRAPHS,
  topologyformat: ['DOT', 'JSON', 'dot'],
  format: ['DOT', 'JSON', 'dot'],
  method: ['GET', 'POST', 'DELETE', 'TRACE', 'a b'],
  path: [
    '/api/v1/access-keys',
    '/v3/orgs/acme/keys',
    '/v2/nvcf/functions',
    '/api/v3/simulations/',
    '//',
    '/%zz',
    'x',
    '',
  ],
};

/** Other names under which a value may be known. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  username: ['email'],
  subjectid: ['email', 'clientId', 'name'],
  appid: ['clientId'],
  appsecret: ['secret'],
  principal: ['id', 'clientId', 'email', 'name'],
  keyid: ['id'],
  keyownerid: ['owner_id'],
  userid: ['owner_id'],
  serviceid: ['service_id'],
  refreshtoken: ['refresh_token'],
  token: ['accessToken', 'access_token', 'refresh_token'],
  idtokenhint: ['id_token'],
  scopeid: ['scopeId', 'id', 'projectId', 'departmentId'],
};

/** Makes values for the schemas of one document. */
export class Values {
  readonly #document: Document;
  readonly #pool: ValuePool;

  constructor(document: Document, pool: ValuePool) {
    this.#document = document;
    this.#pool = pool;
  }

  /** Mostly what the schema asks for, and now and then something else. @param name of the member or parameter */
  of(schema: Schema, name: string, depth = 0): Arbitrary<unknown> {
    const whole = this.#document.resolved(schema);
    return fc.oneof({ weight: 30, arbitrary: this.#fitting(whole, name, depth) }, { weight: 1, arbitrary: anything });
  }

  #fitting(schema: Schema, name: string, depth: number): Arbitrary<unknown> {
    const alternatives = schema.oneOf ?? schema.anyOf;
    if (alternatives !== undefined && depth < 6)
      return fc.oneof(...alternatives.map((each) => this.of(each, name, depth + 1)));
    if (schema.allOf !== undefined && depth < 6) {
      const parts = schema.allOf.map((each) => this.of(each, name, depth + 1));
      return fc
        .tuple(...parts)
        .map((values) => Object.assign({}, ...values.filter((each) => typeof each === 'object')));
    }
    if (schema.enum !== undefined) return this.#ofEnum(schema.enum);
    switch (schema.type ?? (schema.properties === undefined ? undefined : 'object')) {
      case 'string':
        return this.text(schema, name);
      case 'integer':
        return numbers(schema, fc.integer(rangeOf(schema)));
      case 'number':
        return numbers(schema, fc.double({ ...rangeOf(schema), noNaN: true }));
      case 'boolean':
        return fc.boolean();
      case 'array':
        return this.#list(schema, name, depth);
      case 'object':
        return this.#object(schema, depth);
      default:
        return anything;
    }
  }

  #ofEnum(values: readonly unknown[]): Arbitrary<unknown> {
    const cased = values.filter((value) => typeof value === 'string').map((value) => value.toLowerCase());
    return fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...values) },
      { weight: 1, arbitrary: fc.constantFrom(...cased, 'constructor', '') },
    );
  }

  /** A text that its name, its format or its bounds suggest. */
  text(schema: Schema, name: string): Arbitrary<string> {
    const { minLength, maxLength } = schema;
    const known = fc.nat(1000).map((choice) => this.known(name, choice));
    const bounds = [minLength, maxLength].flatMap((bound) =>
      bound === undefined ? [] : [bound - 1, bound, bound + 1],
    );
    const lengths = bounds.filter((length) => length >= 0 && length <= 20_000);
    const free = fc.oneof(byFormat(schema), byPattern(schema));
    return fc.oneof(
      { weight: 8, arbitrary: fc.tuple(known, free).map(([one, other]) => one ?? other) },
      { weight: 6, arbitrary: free },
      { weight: 2, arbitrary: nastyText },
      {
        weight: lengths.length > 0 ? 2 : 0,
        arbitrary: fc.constantFrom(...lengths, 1).map((length) => 'a'.repeat(length)),
      },
    );
  }

  /** Returns a plausible value for a member. @param first names to try before its own */
  known(name: string, choice: number, first: readonly string[] = []): string | undefined {
    const key = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    const hints = HINTS[key];
    if (hints !== undefined && choice % 3 !== 0) return hints[choice % hints.length];
    return this.#pool.pick([...first, name, ...(ALIASES[key] ?? []), ...collectionsOf(key)], choice);
  }

  #list({ items = {}, minItems = 0, maxItems = 3 }: Schema, name: string, depth: number): Arbitrary<unknown> {
    if (depth > 6) return fc.constant([]);
    const item = this.of(items, name.replace(/s$/, ''), depth + 1);
    const max = Math.min(maxItems, Math.max(minItems + 1, 3));
    return fc.oneof(
      { weight: 12, arbitrary: fc.array(item, { minLength: Math.min(minItems, max), maxLength: max }) },
      { weight: 1, arbitrary: fc.array(item, { minLength: 0, maxLength: 1 }) },
    );
  }

  #object({ properties = {}, required = [] }: Schema, depth: number): Arbitrary<unknown> {
    if (depth > 6) return fc.constant({});
    const members = Object.entries(properties).map(([name, schema]) => {
      const isRequired = required.includes(name);
      const value = this.of(schema, name, depth + 1);
      return fc
        .tuple(fc.nat(99), value)
        .map(([chance, made]): [string, unknown][] => (chance >= (isRequired ? 3 : 65) ? [[name, made]] : []));
    });
    return fc.tuple(...members).map((entries) => Object.fromEntries(entries.flat()));
  }
}

/** A member called `simulation` or `functionId` holds the id of one. */
function collectionsOf(name: string): string[] {
  const singular = singularOf(name.replace(/_?ids?$/i, ''));
  return singular.length > 2 ? [`collection:${singular}`] : [];
}

/** Returns the singular of a path segment or member name. */
export function singularOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/ies$/, 'y')
    .replace(/s$/, '');
}

function rangeOf({ minimum = 0, maximum = minimum + 1000 }: Schema): { min: number; max: number } {
  return { min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) };
}

function numbers({ minimum, maximum }: Schema, inside: Arbitrary<number>): Arbitrary<number> {
  const bounds = [minimum, maximum].flatMap((bound) => (bound === undefined ? [] : [bound - 1, bound, bound + 1]));
  return fc.oneof({ weight: 8, arbitrary: inside }, { weight: 1, arbitrary: fc.constantFrom(...bounds, ...NUMBERS) });
}

function byFormat({ format }: Schema): Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.uuid();
    case 'date-time':
      return fc
        .integer({ min: -3_000_000, max: 30_000_000 })
        .map((seconds) => new Date(Date.UTC(2026, 0, 15, 12) + seconds * 1000).toISOString());
    case 'email':
      return fc.emailAddress();
    case 'uri':
      return fc.webUrl();
    case 'byte':
      return fc.base64String({ maxLength: 40 });
    default:
      return matching('^[a-z][a-z0-9-]{0,14}$');
  }
}

function byPattern({ pattern, format }: Schema): Arbitrary<string> {
  if (pattern === undefined) return byFormat(format === undefined ? {} : { format });
  return matching(pattern);
}

/** Cached, because they are slow to create and the same for every schema. */
const arbitrariesByPattern = new Map<string, Arbitrary<string>>();

export function matching(pattern: string): Arbitrary<string> {
  const known = arbitrariesByPattern.get(pattern) ?? textsOf(pattern);
  arbitrariesByPattern.set(pattern, known);
  return known;
}

/** Generates texts without the lookarounds of a pattern, then drops those that do not match it. */
function textsOf(pattern: string): Arbitrary<string> {
  const plain = withoutLookaround(pattern);
  const texts = fc.stringMatching(new RegExp(plain));
  return plain === pattern ? texts : texts.filter((text) => new RegExp(pattern).test(text));
}

function withoutLookaround(pattern: string): string {
  const start = pattern.search(/\(\?<?[=!]/);
  if (start < 0) return pattern;
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '(') depth += 1;
    else if (pattern[at] === ')' && --depth === 0)
      return withoutLookaround(pattern.slice(0, start) + pattern.slice(at + 1));
  }
  throw new Error(`${pattern} has no end`);
}
