import { isOneOf, own } from '../objects/members.ts';
import { type Claims, plainJson } from './keys.ts';

/** What to change in the tokens that grants issue. */
export interface ClaimRule {
  /** Only tokens of this subject, by its id or its name; absent: of any. */
  readonly sub?: string;
  /** Only tokens of this client; absent: of any. */
  readonly clientId?: string;
  readonly set?: Claims;
  readonly remove?: readonly string[];
}

/** The mock itself reads these claims, so no rule changes them. */
const RESERVED_CLAIMS = ['iss', 'exp', 'iat', 'nbf', 'jti', 'sub', 'azp', 'typ', 'sid', 'tenant_id'];

/** The most characters of all rules, written as in a token: introspection accepts no longer tokens than 8192. */
const MAX_RULES_LENGTH = 4096;

/** The setting of a world that keeps its rules. */
export const CLAIM_RULES_SETTING = 'tokens.claims';

interface Settings {
  get(name: string): Promise<string | null>;
}

/** The rules of a world, in their order. */
export async function claimRulesOf({ settings }: { readonly settings: Settings }): Promise<readonly ClaimRule[]> {
  const kept = await settings.get(CLAIM_RULES_SETTING);
  // They were checked before they were kept.
  return kept === null ? [] : (JSON.parse(kept) as readonly ClaimRule[]);
}

/** The first reserved claim that a rule changes; undefined if none does. */
function reservedClaimIn({ set = {}, remove = [] }: ClaimRule): string | undefined {
  return [...Object.keys(set), ...remove].find((name) => isOneOf(RESERVED_CLAIMS, name));
}

/** What is wrong with rules, as the end of a sentence, and with which one; null if nothing is. */
export function claimRulesFault(
  rules: readonly ClaimRule[],
): { readonly index: number | null; readonly why: string } | null {
  for (const [index, rule] of rules.entries()) {
    const reserved = reservedClaimIn(rule);
    if (reserved === undefined) continue;
    const why = `must not change \`${reserved}\`, which the mock reads itself. Use a token of \`POST /_mock/tokens\` or of \`GET /_mock/tokens/zoo\` that has another one, or move the clock for other times`;
    return { index, why };
  }
  const { length } = plainJson(rules);
  if (length <= MAX_RULES_LENGTH) return null;
  const why = `has ${length} characters as JSON in ASCII; expected at most ${MAX_RULES_LENGTH}, so that tokens fit into headers`;
  return { index: null, why };
}

/** Is a rule for this token? */
function concerns({ sub, clientId }: ClaimRule, claims: Claims): boolean {
  const isOfSubject = sub === undefined || sub === claims['sub'] || sub === claims['preferred_username'];
  return isOfSubject && (clientId === undefined || clientId === claims['azp']);
}

/**
 * Applies rules one after another.
 *
 * @param kept a claim that stays whatever a rule says
 */
export function changeClaims(claims: Claims, rules: readonly ClaimRule[], kept?: string): Claims {
  if (rules.length === 0) return claims;
  // A map, because a name may be `__proto__`.
  const changed = new Map(Object.entries(claims));
  for (const rule of rules) {
    if (!concerns(rule, claims)) continue;
    for (const [name, value] of Object.entries(rule.set ?? {})) if (name !== kept) changed.set(name, value);
    for (const name of rule.remove ?? []) if (name !== kept) changed.delete(name);
  }
  return Object.fromEntries(changed);
}

/** The claims of a token that rules for it set. @param name of its subject, which the token may not have any more */
export function claimsSet(claims: Claims, name: string, rules: readonly ClaimRule[]): Claims {
  const issued = { ...claims, preferred_username: name };
  const names = rules.filter((rule) => concerns(rule, issued)).flatMap(({ set = {} }) => Object.keys(set));
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(claims, name) ? [[name, own(claims, name)]] : [])));
}
