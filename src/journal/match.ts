import { fits } from '../addresses/path-template.ts';
import { namesOf, type Principal } from '../decisions/principal.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import { isRecord, own } from '../objects/members.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';

/** Conditions on a request. All given members must match. */
export interface Match {
  readonly service?: string;
  readonly operation?: string;
  /** Any of these. */
  readonly operations?: readonly string[];
  readonly method?: string;
  /** Without a query; `{name}` matches one segment. */
  readonly path?: string;
  readonly status?: number;
  /** The id, name, client id or e-mail address of the caller, or of the principal that a refused credential names. */
  readonly principal?: string;
  readonly reason?: string;
  /** The members that the body must have. */
  readonly body?: unknown;
}

/** The facts of a request that a match compares. */
export interface Facts {
  readonly service: string | null;
  readonly operation: string | null;
  readonly method: string;
  /** Without query and prefix of the world. */
  readonly path: string;
  readonly status: number | null;
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  /** The parsed body; undefined if it is missing or was not read. */
  body(): unknown;
  /** Of an entry of a journal, whose body can be shown; absent for a request that is under way. */
  readonly kept?: KeptFacts;
}

/** The body of an entry, as it may be shown. */
export interface KeptFacts {
  /** Is the body kept with fingerprints in place of its secrets? Then `body` has them, too. */
  readonly isHidden: boolean;
  /** Did the body make room for newer requests? Then no body matches. */
  readonly isDropped: boolean;
  /** The parsed body with fingerprints in place of its secrets, which takes much longer to make than `body`. */
  hiddenBody(): unknown;
  readonly fingerprint: Fingerprint;
}

type Fingerprint = KnownSecrets['fingerprint'];

export type Member = keyof Match;

/** Cheap comparisons first. */
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

/** A compiled match. */
export interface Matcher {
  fits(facts: Facts): boolean;
  /** The members in which a request differs; none if it matches. @param but a member that is not compared */
  differing(facts: Facts, but?: Member): readonly Member[];
  /** Describes the difference in a member. Hiding secrets takes much longer than comparing. */
  describe(member: Member, facts: Facts, secrets: KnownSecrets): string;
}

/** A fingerprint, which a client may have copied from a journal. */
const FINGERPRINT = /sha256:[0-9a-f]{10}/;

/** @param hiddenBody the body of the match with fingerprints in place of secrets, to compare it with entries of a journal */
export function matcherOf(match: Match, hiddenBody: unknown = match.body): Matcher {
  const namesFingerprint = match.body !== undefined && FINGERPRINT.test(JSON.stringify(match.body));
  const bodyLack = ({ body, kept }: Facts, isShown: boolean): string | null => {
    if (kept?.isDropped) return 'body is no longer kept';
    return kept !== undefined && (isShown || kept.isHidden || namesFingerprint)
      ? lackIn(hiddenBody, kept.hiddenBody(), 'body', kept.fingerprint)
      : lackIn(match.body, body(), 'body');
  };
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
        return bodyLack(facts, false) !== null;
      default:
        return facts[member] !== match[member];
    }
  };
  return {
    fits: (facts) => given.every((member) => !differs(member, facts)),
    differing: (facts, but) => given.filter((member) => member !== but && differs(member, facts)),
    describe: (member, facts, secrets) =>
      member === 'body' ? (bodyLack(facts, true) ?? 'body differs') : sentenceOf(member, match, facts, secrets),
  };
}

function sentenceOf(member: Exclude<Member, 'body'>, match: Match, facts: Facts, secrets: KnownSecrets): string {
  const hide = (value: unknown) => hideInLine(String(value), secrets);
  const describe = (name: string, got: unknown, expected: unknown) =>
    `${name} is ${got === null ? 'none' : `\`${hide(got)}\``}, not \`${hide(expected)}\``;
  switch (member) {
    case 'principal':
      return describe('principal', facts.principal === null ? null : facts.principal.name, match.principal);
    case 'operations':
      return describe('operation', facts.operation, match.operations?.join('` or `'));
    default:
      return describe(member, facts[member], match[member]);
  }
}

/** Longer values are shortened in messages. */
const MAX_SHOWN = 100;

/**
 * Compares a value with an expected one: an object must have the expected members, an array the same entries in the
 * same order.
 *
 * @param name of the value, such as `body.resource.type`
 * @param fingerprint if secrets are hidden in the value
 * @returns the first difference; null if none
 */
export function lackIn(expected: unknown, got: unknown, name: string, fingerprint?: Fingerprint): string | null {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${name} is ${quoteValue(got)}, not an array`;
    if (got.length !== expected.length) return `${name} has ${got.length} entries, not ${expected.length}`;
    return firstOf(expected, (one, index) => lackIn(one, got[index], `${name}[${index}]`, fingerprint));
  }
  if (typeof expected !== 'object' || expected === null) {
    // A neighbour that is not part of the match may have made it a secret.
    const isSame = Object.is(expected, got) || (typeof got === 'string' && got === fingerprint?.(String(expected)));
    return isSame ? null : `${name} is ${quoteValue(got)}, not ${quoteValue(expected)}`;
  }
  if (!isRecord(got) || Array.isArray(got)) return `${name} is ${quoteValue(got)}, not an object`;
  return firstOf(Object.entries(expected), ([member, value]) =>
    lackIn(value, own(got, member), `${name}.${member}`, fingerprint),
  );
}

function firstOf<One>(list: readonly One[], find: (one: One, index: number) => string | null): string | null {
  for (const [index, one] of list.entries()) {
    const found = find(one, index);
    if (found !== null) return found;
  }
  return null;
}

function quoteValue(value: unknown): string {
  return value === undefined ? 'missing' : `\`${JSON.stringify(value).slice(0, MAX_SHOWN)}\``;
}
