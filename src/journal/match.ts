import { namesOf, type Principal } from '../decisions/principal.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import { isRecord, own } from '../lib/members.ts';
import { fits } from '../lib/path-template.ts';
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
  /** The id, name, client id or e-mail address of the caller, or of the principal that a refused credential claims. */
  readonly principal?: string;
  readonly reason?: string;
  /** The members that the body must have. */
  readonly body?: unknown;
}

export interface Facts {
  readonly service: string | null;
  readonly operation: string | null;
  readonly method: string;
  /** Without query and world prefix. */
  readonly path: string;
  readonly status: number | null;
  readonly principal: Principal | null;
  readonly reason: DenyReason | null;
  /** The parsed body; undefined if it is missing or was not read. */
  body(): unknown;
  /** The body of a journal entry, in a form that can be returned to clients; absent for a request in progress. */
  readonly stored?: {
    /** Returns why the body cannot be compared, so that none matches; null if it can. */
    obstacle(): string | null;
    /** The parsed body with fingerprints instead of secrets, which is much slower to build than `body`. */
    hiddenBody(): unknown;
    readonly fingerprint: Fingerprint;
  };
}

type Fingerprint = KnownSecrets['fingerprint'];

export type MatchMember = keyof Match;

/** Cheap comparisons first. */
const MATCH_MEMBERS = [
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

export interface Matcher {
  fits(facts: Facts): boolean;
  /** Returns the members in which a request differs; empty if it matches. @param ignored a member to ignore */
  findDifferences(facts: Facts, ignored?: MatchMember): readonly MatchMember[];
  /** Describes the difference in a member. Slow, because it hides secrets. */
  describe(member: MatchMember, facts: Facts, secrets: KnownSecrets): string;
}

/** A fingerprint, which a client may have copied from the journal. */
const FINGERPRINT = /sha256:[0-9a-f]{10}/;

/** @param hiddenBody the match's body with fingerprints instead of secrets, to compare it with journal entries */
export function createMatcher(match: Match, hiddenBody: unknown = match.body): Matcher {
  const namesFingerprint = match.body !== undefined && FINGERPRINT.test(JSON.stringify(match.body));
  const compareBodies = ({ body, stored }: Facts, isShown: boolean): string | null => {
    const obstacle = stored?.obstacle() ?? null;
    if (obstacle !== null) return obstacle;
    return stored !== undefined && (isShown || namesFingerprint)
      ? findDifference(hiddenBody, stored.hiddenBody(), 'body', stored.fingerprint)
      : findDifference(match.body, body(), 'body');
  };
  const compared = MATCH_MEMBERS.filter((member) => match[member] !== undefined);
  const path = match.path?.split('/') ?? [];
  const differs = (member: MatchMember, facts: Facts): boolean => {
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
        return compareBodies(facts, false) !== null;
      default:
        return facts[member] !== match[member];
    }
  };
  return {
    fits: (facts) => compared.every((member) => !differs(member, facts)),
    findDifferences: (facts, ignored) => compared.filter((member) => member !== ignored && differs(member, facts)),
    describe: (member, facts, secrets) =>
      member === 'body'
        ? (compareBodies(facts, true) ?? 'body differs')
        : describeDifference(member, match, facts, secrets),
  };
}

function describeDifference(
  member: Exclude<MatchMember, 'body'>,
  match: Match,
  facts: Facts,
  secrets: KnownSecrets,
): string {
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

/** Longer values are truncated in messages. */
const MAX_QUOTED_CHARACTERS = 100;

/**
 * Compares a value with an expected one: an object must have the expected members, an array the same entries.
 * @param fingerprint if secrets are hidden in the value @returns the first difference; null if there is none
 */
export function findDifference(
  expected: unknown,
  got: unknown,
  name: string,
  fingerprint?: Fingerprint,
): string | null {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${name} is ${quoteValue(got)}, not an array`;
    if (got.length !== expected.length) return `${name} has ${got.length} entries, not ${expected.length}`;
    return findFirst(expected, (entry, index) => findDifference(entry, got[index], `${name}[${index}]`, fingerprint));
  }
  if (typeof expected !== 'object' || expected === null) {
    // A sibling member that is not in the match may have marked the value as secret.
    const isSame = Object.is(expected, got) || (typeof got === 'string' && got === fingerprint?.(String(expected)));
    return isSame ? null : `${name} is ${quoteValue(got)}, not ${quoteValue(expected)}`;
  }
  if (!isRecord(got) || Array.isArray(got)) return `${name} is ${quoteValue(got)}, not an object`;
  return findFirst(Object.entries(expected), ([member, value]) =>
    findDifference(value, own(got, member), `${name}.${member}`, fingerprint),
  );
}

function findFirst<Item>(list: readonly Item[], find: (item: Item, index: number) => string | null): string | null {
  for (const [index, one] of list.entries()) {
    const difference = find(one, index);
    if (difference !== null) return difference;
  }
  return null;
}

function quoteValue(value: unknown): string {
  return value === undefined ? 'missing' : `\`${JSON.stringify(value).slice(0, MAX_QUOTED_CHARACTERS)}\``;
}
