import { findNear } from '../../core/nearest.ts';
import { fits, fitsSegment, isVariable, segmentsOf } from '../../core/path-template.ts';
import type { HintRule, RefusedRequest, ServedPath } from './refused-request.ts';

/** Longer paths are not compared: no operation has one. */
const MOST_PATH = 500;
/** The most segments that a path may lack, and the most operations that a hint names. */
const MOST_LACKING = 4;
const MOST_NAMED = 3;

const AS_SERVED = { source: 'the paths of the documents', certainty: 'documented' } as const;

/** The paths of the key service; `test/hints/paths.test.ts` compares them with its document. */
const OF_KEY_SERVICE = /^\/v1\/(?:admin|introspect|keys|namespaces|service-admin|services)(?:\/|$)/;

/** Stands for an id that a path lacks. */
const NO_ID = '{}';

/** The segments of an unknown path; null for any other request. */
function unknownSegments({ problem, path }: RefusedRequest): readonly string[] | null {
  return problem.kind === 'unknown_path' && path.length <= MOST_PATH ? segmentsOf(path) : null;
}

/** The operations whose path matches exactly these segments. */
function operationsAt({ served }: RefusedRequest, segments: readonly string[]): readonly ServedPath[] {
  if (segments.length === 0) return [];
  return served.filter((one) => fits(one.segments, segments));
}

/** Names operations, only those with the request's method if there are any. */
function nameOperations(found: readonly ServedPath[], method: string): string {
  const same = found.filter((one) => one.method === method);
  const shown = (same.length > 0 ? same : found).map((one) => `\`${one.method} ${one.path}\``);
  return [...new Set(shown)].slice(0, MOST_NAMED).join(', ');
}

/**
 * The number of a template's segments that a path lacks. The path must have the other segments in the same order and
 * the same end; otherwise null. A variable matches any segment, so it is compared only together with the segment before
 * it, and at least one literal must match.
 */
function lackingOf({ segments }: ServedPath, given: readonly string[]): number | null {
  let at = given.length - 1;
  let literals = 0;
  for (let index = segments.length - 1; index >= 0 && at >= 0; index -= 1) {
    const template = segments[index] ?? '';
    if (fitsSegment(template, given[at] ?? '')) {
      if (!isVariable(template)) literals += 1;
      at -= 1;
    } else if (index === segments.length - 1 || isVariable(segments[index + 1] ?? '')) return null;
  }
  const lacking = segments.length - given.length;
  return at < 0 && literals > 0 && lacking > 0 && lacking <= MOST_LACKING ? lacking : null;
}

/** The extra start of a path, in words. It is quoted only if all its words occur in known paths: it may be a secret. */
function startOf({ served }: RefusedRequest, given: readonly string[]): string {
  const known = new Set(served.flatMap(({ segments }) => segments));
  const isKnown = given.every((segment) => known.has(segment));
  return isKnown ? `\`/${given.join('/')}\`, which is not part of this path` : 'a part that this API does not use';
}

/** The operations with a path that the given one completes to with the fewest segments. */
function findCompletions({ served }: RefusedRequest, given: readonly string[]): readonly ServedPath[] {
  if (given.length === 0) return [];
  const found = served.flatMap((one) => {
    const lacking = lackingOf(one, given);
    return lacking === null ? [] : [{ one, lacking }];
  });
  const least = Math.min(...found.map(({ lacking }) => lacking));
  return found.filter(({ lacking }) => lacking === least).map(({ one }) => one);
}

/** The operations whose path differs only in case, or in the spelling of one segment. */
function similar({ served }: RefusedRequest, given: readonly string[]): readonly ServedPath[] {
  const near = served.flatMap((one) => {
    if (one.segments.length !== given.length) return [];
    const others = one.segments.flatMap((template, index) => {
      const segment = given[index] ?? '';
      return fitsSegment(template, segment) || template.toLowerCase() === segment.toLowerCase()
        ? []
        : [[template, segment]];
    });
    const [[template, segment] = ['', '']] = others;
    const isAlike = others.length <= 1 && one.segments.some((own, index) => own === given[index] && !isVariable(own));
    return isAlike ? [{ one, template, segment }] : [];
  });
  const [{ segment = '' } = {}] = near.filter((one) => one.segment !== '');
  const exact = near.filter((one) => one.segment === '');
  if (exact.length > 0) return exact.map(({ one }) => one);
  const meant = findNear(segment, [...new Set(near.map(({ template }) => template ?? ''))]);
  return near.filter(({ template }) => template === meant).map(({ one }) => one);
}

/** Hints about requests to unknown paths. */
export const PATH_HINTS: readonly HintRule[] = [
  {
    code: 'world_twice',
    symptom: '`/w/a/w/a/api/v1/token`',
    advice: 'the URL of a world has the prefix already',
    source: "worlds are the mock's own, and do not nest",
    certainty: 'ours',
    when: ({ problem, path }) =>
      problem.kind === 'no_such_world' && path.startsWith('/w/')
        ? 'The path has the prefix of a world twice: the `url` of a world already ends with `/w/<id>`, so append `/api/...` to it without another prefix.'
        : null,
  },
  {
    code: 'doubled_slash',
    symptom: '`//` in the path',
    advice: 'remove the slash at the end of the base URL',
    source: 'RFC 3986, 3.3: an empty segment is a segment',
    certainty: 'documented',
    when: (refused) => {
      const { problem, path, method } = refused;
      if (problem.kind !== 'unknown_path' || !path.includes('//')) return null;
      const meant = nameOperations(operationsAt(refused, unknownSegments(refused) ?? []), method);
      const there = meant === '' ? '' : ` With one slash the path is ${meant}.`;
      return `The path has two slashes in a row: the base URL ends with one and the path begins with one, or an id is empty.${there}`;
    },
  },
  {
    code: 'path_of_other_version',
    symptom: 'an operation of another version',
    advice: 'start the mock with that version',
    ...AS_SERVED,
    when: ({ otherVersions, service, method }) => {
      if (otherVersions === null) return null;
      const { profiles, removedIn, replacedBy } = otherVersions;
      const instead =
        replacedBy === undefined
          ? `use an operation of the running version: \`GET /openapi/${service}.json\` lists them`
          : `use what takes its place, \`${replacedBy}\``;
      if (removedIn !== undefined)
        return `${removedIn} removed this ${method}, and no version of the mock has it: ${instead}.`;
      const flag = service === null ? '' : ` Start the mock with \`--${service} ${profiles.at(-1)}\`, or`;
      return `This ${method} is an operation of ${profiles.join(', ')}, which the running version does not have.${flag} ${instead}.`;
    },
  },
  {
    code: 'path_of_key_service',
    symptom: 'a path of the self-hosted key service, such as `/v1/admin/keys`',
    advice: 'start the mock with `--nvcf open-source`',
    source: 'published key service (NVIDIA/nvcf), which only self-hosted Cloud Functions have',
    certainty: 'documented',
    when: ({ problem, path, settings }) =>
      problem.kind === 'unknown_path' && settings.nvcf !== 'open-source' && OF_KEY_SERVICE.test(path)
        ? 'This is a path of the key service of self-hosted Cloud Functions, which `nvcf-cli` calls: start the mock with `--nvcf open-source`.'
        : null,
  },
  {
    code: 'slash_at_end',
    symptom: 'a slash at the end, or an empty id after it',
    advice: 'remove the slash, or add the id; only Air serves both',
    ...AS_SERVED,
    when: (refused) => {
      const { path, method } = refused;
      if (!path.endsWith('/') || path.includes('//')) return null;
      const segments = unknownSegments(refused) ?? [];
      const meant = nameOperations(
        [...operationsAt(refused, segments), ...operationsAt(refused, [...segments, NO_ID])],
        method,
      );
      return meant === '' ? null : `The path ends with a slash, or the id after it is empty: call ${meant}.`;
    },
  },
  {
    code: 'path_prefix_extra',
    symptom: 'extra segments before the path: `/api/v1/api/v1/token`',
    advice: 'remove them from the base URL',
    ...AS_SERVED,
    when: (refused) => {
      const given = unknownSegments(refused) ?? [];
      for (let extra = 1; extra < given.length; extra += 1) {
        const rest = given.slice(extra);
        const found = operationsAt(refused, rest).filter(({ segments: [first = ''] }) => !isVariable(first));
        if (found.length > 0) {
          return `The path starts with ${startOf(refused, given.slice(0, extra))}: call ${nameOperations(found, refused.method)}. The base URL may end with segments that the path repeats.`;
        }
      }
      return null;
    },
  },
  {
    code: 'path_incomplete',
    symptom: 'a path without its prefix, version or id: `/token`, `/v1/token`, `/nvcf/functions`',
    advice: 'call the whole path that the hint names',
    ...AS_SERVED,
    when: (refused) => {
      const given = unknownSegments(refused) ?? [];
      const whole = nameOperations(findCompletions(refused, given), refused.method);
      if (whole !== '') return `A part of the path is missing, such as its prefix or its version: call ${whole}.`;
      const longer = operationsAt(refused, [...given, NO_ID]).filter((one) => one.segments.at(-2) === given.at(-1));
      const meant = given.length === 0 ? '' : nameOperations(longer, refused.method);
      return meant === '' ? null : `The end of the path is missing: call ${meant}.`;
    },
  },
  {
    code: 'path_misspelt',
    symptom: 'a path that differs in one word, or in case',
    advice: 'call the path that the hint names',
    ...AS_SERVED,
    when: (refused) => {
      const meant = nameOperations(similar(refused, unknownSegments(refused) ?? []), refused.method);
      return meant === '' ? null : `Nothing is served at this path. Did you mean ${meant}?`;
    },
  },
];
