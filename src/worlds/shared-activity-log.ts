import type { Instant } from '../core/clock.ts';
import type { FindingKind } from '../core/finding.ts';
import type { Ruleset } from '../core/ruleset.ts';
import type { Activity, SharedActivityLog } from '../journal/activity-log.ts';
import type { SharedLog } from '../store/sharing.ts';

/**
 * The activity log of a world, in the log that processes share.
 *
 * @param rulesets those of the server: the log stores the names of service and rule for the input of a decision
 */
export function sharedActivityLogOn(log: SharedLog, rulesets: readonly Ruleset[]): SharedActivityLog {
  return {
    append: (activity, at) => {
      const { kind } = activity;
      if (kind === 'finding') log.count(activity.finding.kind, activity.finding.message, at);
      const isEvent = kind !== 'use';
      log.append({ kind, data: serializeActivity(activity), isRequest: kind === 'request', isEvent }, at);
    },
    flush: () => log.flush(),
    news: async () => {
      const { emptiedAt, activities, counted } = await log.news();
      return {
        emptiedAt,
        activities: activities.map(({ data, request, event }) => ({
          activity: data === null ? null : read(data, rulesets),
          request,
          event,
        })),
        // Only kinds of findings are counted.
        findings: counted.map(({ name: id, kind, message, firstAt, lastAt, count }) => ({
          id,
          place: [firstAt, id] as const,
          kind: kind as FindingKind,
          message,
          firstSeenAt: firstAt satisfies Instant,
          lastSeenAt: lastAt satisfies Instant,
          count,
          // The requests say which findings are about them.
          request: null,
        })),
      };
    },
    deleteFinding: (id) =>
      log.uncount(id, { kind: 'finding-deleted', data: serializeActivity({ kind: 'finding-deleted', id }) }),
    empty: () => log.empty(),
  };
}

/** A set, as it is written. */
const SET = '$set';

/** An activity as JSON. Ruleset and rule are in the code, so only their names are written. */
export function serializeActivity(activity: Activity): string {
  // As nearly all are, and a function that is called for each member makes JSON take ten times as long.
  if (activity.kind === 'request') return JSON.stringify(activity);
  if (activity.kind === 'decision' && activity.decision.input === undefined) {
    const { kind, decision } = activity;
    const { holds } = decision;
    return JSON.stringify({
      kind,
      decision: holds === undefined ? decision : { ...decision, holds: { [SET]: [...holds] } },
    });
  }
  return JSON.stringify(activity, (name, value: unknown) => {
    if (value instanceof Set) return { [SET]: [...value] };
    if (name !== 'accessRequest' || !isAccessRequest(value)) return value;
    const { ruleset, rule, ...rest } = value;
    return { ...rest, ruleset: ruleset.service, rule: rule.id };
  });
}

/** The JSON that `serializeActivity` wrote. */
export function read(text: string, rulesets: readonly Ruleset[]): Activity {
  // `serializeActivity` wrote the text.
  return JSON.parse(text, (name, value: unknown) => {
    if (isSet(value)) return new Set(value[SET]);
    return name === 'accessRequest' && isWritten(value) ? accessRequestOf(value, rulesets) : value;
  }) as Activity;
}

interface WrittenAccessRequest {
  readonly ruleset: string;
  readonly rule: string;
}

interface AccessRequest {
  readonly ruleset: Ruleset;
  readonly rule: { readonly id: string };
}

function accessRequestOf(
  { ruleset: service, rule: id, ...rest }: WrittenAccessRequest,
  rulesets: readonly Ruleset[],
): object | undefined {
  const ruleset = rulesets.find((one) => one.service === service);
  const rule = ruleset?.tables.rules.find((one) => one.id === id);
  // All processes of a world should have the same ruleset; one with another ruleset cannot say what the rule needs.
  return rule === undefined ? undefined : { ...rest, ruleset, rule };
}

function isAccessRequest(value: unknown): value is AccessRequest {
  return typeof value === 'object' && value !== null && 'ruleset' in value && 'rule' in value;
}

function isWritten(value: unknown): value is WrittenAccessRequest {
  return isAccessRequest(value) && typeof value.ruleset === 'string';
}

function isSet(value: unknown): value is { readonly [SET]: readonly unknown[] } {
  return typeof value === 'object' && value !== null && SET in value;
}
