import type { Standing } from './policy.ts';
import type { DenyReason } from './reasons.ts';
import type { Rule, Tables } from './rule.ts';

/** The answer to "may this caller do this?", with its grounds. */
export type Judgement =
  | { readonly effect: 'allow' }
  | {
      readonly effect: 'deny';
      readonly reason: DenyReason;
      /** What would have to be added: all of these, or one of them where the rule asks for any. */
      readonly missing: readonly string[];
    };

/** What a look-up saw: the object, or that it is not there, or that it is somebody else's. */
export type Sighting =
  | { readonly seen: 'own'; readonly target: unknown }
  | { readonly seen: 'foreign'; readonly owner: string }
  | { readonly seen: 'nothing' };

const ALLOW: Judgement = { effect: 'allow' };

/**
 * May a caller of this standing do what the rule is about? Judged before the body is read, so no object is known yet.
 * Order of checks: `all`, then `any`.
 */
export function decide(rule: Rule, standing: Standing, term: Tables['term']): Judgement {
  const { all = [], any = [] } = rule.needs;
  const missing = all.filter((grant) => !standing.held.has(grant));
  if (any.length > 0 && !any.some((grant) => standing.held.has(grant))) missing.push(...any);
  return missing.length === 0 ? ALLOW : { effect: 'deny', reason: `missing_${term}`, missing };
}

/** Is the object one that this caller may know of? Judged once the object was looked for. */
export function cover(sighting: Sighting): Judgement {
  switch (sighting.seen) {
    case 'own':
      return ALLOW;
    case 'foreign':
      return { effect: 'deny', reason: 'foreign_object', missing: [] };
    case 'nothing':
      return { effect: 'deny', reason: 'no_such_object', missing: [] };
  }
}
