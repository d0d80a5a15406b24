import { isOneOf, own } from '../lib/members.ts';
import type { Store } from '../store/index.ts';
import { type Claims, serializeAscii } from './keys.ts';

/** Changes to the tokens that grants issue. */
export interface ClaimRule {
  /** Only tokens of this subject, by id or name; default: any. */
  readonly sub?: string;
  /** Only tokens of this client; default: any. */
  readonly clientId?: string;
  readonly set?: Claims;
  readonly remove?: readonly string[];
}

/** Claims that the mock itself reads, so no rule may change them. */
const RESERVED_CLAIMS = ['iss', 'exp', 'iat', 'nbf', 'jti', 'sub', 'azp', 'typ', 'sid', 'tenant_id'];

/** Maximum length of all rules, encoded as in a token: introspection accepts tokens of up to 8192 characters. */
const MAX_RULES_LENGTH = 4096;

export const CLAIM_RULES_SETTING = 'tokens.claims';

export async function readClaimRules({ settings }: Pick<Store, 'settings'>): Promise<readonly ClaimRule[]> {
  const stored = await settings.get(CLAIM_RULES_SETTING);
  // The rules were validated before they were stored.
  return stored === null ? [] : (JSON.parse(stored) as readonly ClaimRule[]);
}

/** Returns the first problem of the rules, as the end of a sentence, with the index of its rule; null if valid. */
export function findClaimRulesProblem(
  rules: readonly ClaimRule[],
): { readonly index: number | null; readonly why: string } | null {
  for (const [index, { set = {}, remove = [] }] of rules.entries()) {
    const reserved = [...Object.keys(set), ...remove].find((name) => isOneOf(RESERVED_CLAIMS, name));
    if (reserved === undefined) continue;
    const why = `must not change \`${reserved}\`, which the mock reads itself. Use a token of \`POST /_mock/tokens\` or \`GET /_mock/tokens/zoo\` with a different value, or move the clock to change times`;
    return { index, why };
  }
  const { length } = serializeAscii(rules);
  if (length <= MAX_RULES_LENGTH) return null;
  const why = `has ${length} characters as JSON in ASCII; expected up to ${MAX_RULES_LENGTH}, so that tokens fit into headers`;
  return { index: null, why };
}

function appliesTo({ sub, clientId }: ClaimRule, claims: Claims): boolean {
  const isOfSubject = sub === undefined || sub === claims['sub'] || sub === claims['preferred_username'];
  return isOfSubject && (clientId === undefined || clientId === claims['azp']);
}

/** Applies rules in order. @param protectedClaim a claim that no rule can change */
export function changeClaims(claims: Claims, rules: readonly ClaimRule[], protectedClaim?: string): Claims {
  if (rules.length === 0) return claims;
  // A map, because a name may be `__proto__`.
  const changed = new Map(Object.entries(claims));
  for (const rule of rules) {
    if (!appliesTo(rule, claims)) continue;
    for (const [name, value] of Object.entries(rule.set ?? {})) if (name !== protectedClaim) changed.set(name, value);
    for (const name of rule.remove ?? []) if (name !== protectedClaim) changed.delete(name);
  }
  return Object.fromEntries(changed);
}

/** Returns the claims that rules have set. @param subjectName a rule may have removed it from the token */
export function pickClaimsSetByRules(claims: Claims, subjectName: string, rules: readonly ClaimRule[]): Claims {
  const issued = { ...claims, preferred_username: subjectName };
  const names = rules.filter((rule) => appliesTo(rule, issued)).flatMap(({ set = {} }) => Object.keys(set));
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(claims, name) ? [[name, own(claims, name)]] : [])));
}
