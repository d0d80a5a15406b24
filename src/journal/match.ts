import type { DenyReason } from '../core/explaining/reasons.ts';
import { own } from '../core/own.ts';
import { fits } from '../core/path-template.ts';
import { namesOf, type Principal } from '../core/principal.ts';
import { hideCredentials, hideInUrl, type KnownSecrets } from './secrets.ts';

/** Which requests are meant: those that are like this in every member that is given. */
export interface Match {
  readonly service?: string;
  readonly operation?: string;
  /** One of these. */
  readonly operations?: readonly string[];
  readonly method?: string;
  /** Without its query; `{name}` stands for one segment. */
  readonly path?: string;
  readonly status?: number;
  /** The id, name, client id or e-mail address of the caller, or of whom the credential claimed to be. */
  readonly principal?: string;
  readonly reason?: string;
  /** What the body has at least. */
  readonly body?: unknown;
}

/** What a match looks at. */
export interface Facts {
  readonly service: string | null;
  readonly operation: string | null;
  readonly method: string;
  /** Without its query, and without the world before it. */
  readonly path: string;
  readonly status: number | null;
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  /** As a value; undefined if there was none, or if it was not read. */
  body(): unknown;
  /** If secrets are hidden in the body: what stands in place of one. */
  readonly fingerprint?: Fingerprint;
}

type Fingerprint = KnownSecrets['fingerprint'];

type Member = keyof Match;

/** Cheap ones first. */
const MEMBERS = [
  'operation',
  'operations',
  'service',
  'method',
  'path',
  'status',
  'reason',
  'principal',
  'body',
] as const;

/** How something differs from what was expected. */
export interface Difference {
  readonly member: Member;
  readonly sentence: string;
}

/** Recognises the requests that a match means. */
export interface Matcher {
  fits(facts: Facts): boolean;
  /** In what a request differs; empty if it fits. */
  differences(facts: Facts, secrets: KnownSecrets): readonly Difference[];
}

export function matcherOf(match: Match): Matcher {
  const given = MEMBERS.filter((member) => match[member] !== undefined);
  const path = match.path?.split('/') ?? [];
  const differs = (member: Member, facts: Facts): boolean => {
    switch (member) {
      case 'operations':
        return match.operations?.includes(facts.operation ?? '') === false;
      case 'path':
        return !fits(path, facts.path.split('/'));
      case 'method':
        return facts.method !== match.method?.toUpperCase();
      case 'principal':
        return facts.principal === null || !namesOf(facts.principal).includes(match.principal ?? '');
      case 'body':
        return lackIn(match.body, facts.body(), 'body', facts.fingerprint) !== null;
      default:
        return facts[member] !== match[member];
    }
  };
  return {
    fits: (facts) => given.every((member) => !differs(member, facts)),
    differences: (facts, secrets) =>
      given
        .filter((member) => differs(member, facts))
        .map((member) => ({ member, sentence: sentenceOf(member, match, facts, secrets) })),
  };
}

function sentenceOf(member: Member, match: Match, facts: Facts, secrets: KnownSecrets): string {
  const told = (value: unknown) =>
    member === 'path' ? hideInUrl(String(value), secrets) : hideCredentials(String(value), secrets);
  const said = (name: string, got: unknown, expected: unknown) =>
    `${name} is ${got === null ? 'none' : `\`${told(got)}\``}, not \`${told(expected)}\``;
  switch (member) {
    case 'body':
      return lackIn(match.body, facts.body(), 'body', facts.fingerprint) ?? '';
    case 'principal':
      return said('principal', facts.principal === null ? null : facts.principal.name, match.principal);
    case 'operations':
      return said('operation', facts.operation, match.operations?.join('` or `'));
    default:
      return said(member, facts[member], match[member]);
  }
}

/** Longer values are cut in sentences. */
const MOST_SHOWN = 100;

/**
 * What a value lacks of what it is expected to have: an object the members with what they have, an array its entries, in
 * order and number. Null if it lacks nothing.
 *
 * @param name of the value, such as `body.resource.type`
 * @param fingerprint if secrets are hidden in what was got: what stands in place of one
 */
export function lackIn(expected: unknown, got: unknown, name: string, fingerprint?: Fingerprint): string | null {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${name} is ${shown(got)}, not an array`;
    if (got.length !== expected.length) return `${name} has ${got.length} entries, not ${expected.length}`;
    return firstOf(expected, (one, index) => lackIn(one, got[index], `${name}[${index}]`, fingerprint));
  }
  if (typeof expected !== 'object' || expected === null) {
    // It may be a secret there only for what stands beside it, which is not expected.
    const isSame = Object.is(expected, got) || (typeof got === 'string' && got === fingerprint?.(String(expected)));
    return isSame ? null : `${name} is ${shown(got)}, not ${shown(expected)}`;
  }
  if (typeof got !== 'object' || got === null || Array.isArray(got)) return `${name} is ${shown(got)}, not an object`;
  return firstOf(Object.entries(expected), ([member, value]) =>
    // It is an object, whose members may be anything.
    lackIn(value, own(got as Record<string, unknown>, member), `${name}.${member}`, fingerprint),
  );
}

function firstOf<One>(list: readonly One[], find: (one: One, index: number) => string | null): string | null {
  for (const [index, one] of list.entries()) {
    const found = find(one, index);
    if (found !== null) return found;
  }
  return null;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : `\`${JSON.stringify(value).slice(0, MOST_SHOWN)}\``;
}
