import type { Instant } from '../core/clock.ts';
import type { FindingKind } from '../core/finding.ts';
import type { Law } from '../core/law.ts';
import type { Archive, Happening } from '../journal/chronicle.ts';
import type { SharedLog } from '../store/sharing.ts';

/**
 * The archive of a world, in the log that processes share.
 *
 * @param laws those of the server: what a decision was made from is stored by the names of service and rule
 */
export function archiveOn(log: SharedLog, laws: readonly Law[]): Archive {
  return {
    append: (happening, at) => {
      const { kind } = happening;
      if (kind === 'finding') log.count(happening.finding.kind, happening.finding.message, at);
      const isEvent = kind !== 'use';
      log.append({ kind, data: written(happening), isRequest: kind === 'request', isEvent }, at);
    },
    flush: () => log.flush(),
    news: async () => {
      const { emptiedAt, happenings, counted } = await log.news();
      return {
        emptiedAt,
        happenings: happenings.map(({ data, request, event }) => ({
          happening: data === null ? null : read(data, laws),
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
    deleteFinding: (id) => log.uncount(id, { kind: 'finding-deleted', data: written({ kind: 'finding-deleted', id }) }),
    empty: () => log.empty(),
  };
}

/** A set, as it is written. */
const SET = '$set';

/** A happening as JSON. Law and rule are in the code, and only their names are written. */
export function written(happening: Happening): string {
  return JSON.stringify(happening, (name, value: unknown) => {
    if (value instanceof Set) return { [SET]: [...value] };
    if (name !== 'question' || !isQuestion(value)) return value;
    const { law, rule, ...rest } = value;
    return { ...rest, law: law.service, rule: rule.id };
  });
}

/** What `written` wrote. */
export function read(text: string, laws: readonly Law[]): Happening {
  // The text is what `written` made, of a happening.
  return JSON.parse(text, (name, value: unknown) => {
    if (isSet(value)) return new Set(value[SET]);
    return name === 'question' && isWritten(value) ? questionOf(value, laws) : value;
  }) as Happening;
}

interface WrittenQuestion {
  readonly law: string;
  readonly rule: string;
}

interface Question {
  readonly law: Law;
  readonly rule: { readonly id: string };
}

function questionOf({ law: service, rule: id, ...rest }: WrittenQuestion, laws: readonly Law[]): object | undefined {
  const law = laws.find((one) => one.service === service);
  const rule = law?.tables.rules.find((one) => one.id === id);
  // All processes of a world should have the same law; one that has another cannot say what the rule needs.
  return rule === undefined ? undefined : { ...rest, law, rule };
}

function isQuestion(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && 'law' in value && 'rule' in value;
}

function isWritten(value: unknown): value is WrittenQuestion {
  return isQuestion(value) && typeof value.law === 'string';
}

function isSet(value: unknown): value is { readonly [SET]: readonly unknown[] } {
  return typeof value === 'object' && value !== null && SET in value;
}
