import { findNearestPaths, type PathDifference } from '../../../lib/nearest-path.ts';
import { fits, isVariable, segmentsOf } from '../../../lib/path-template.ts';
import type { Hint, HintRule, RefusedRequest, ServedPath } from './refused-request.ts';

/** Longer paths are not compared, because no operation has one. */
const MAX_PATH_LENGTH = 500;
/** Maximum number of repeated parts of a path that are compared, because each comparison is with all operations. */
const MAX_REPETITIONS = 3;
const MAX_LISTED = 3;

const DOCUMENTED_PATHS = { source: 'the paths of the documents', certainty: 'documented' } as const;

/** Paths of the key service; `test/decisions/explaining/hints/paths.test.ts` compares them with its document. */
const KEY_SERVICE_PATH = /^\/v1\/(?:admin|introspect|keys|namespaces|service-admin|services)(?:\/|$)/;

/** Placeholder for an id that a path lacks. */
const NO_ID = '{}';

function splitUnknownPath({ problem, path }: RefusedRequest): readonly string[] | null {
  return problem.kind === 'unknown_path' && path.length <= MAX_PATH_LENGTH ? segmentsOf(path) : null;
}

function findOperationsAt({ servedPaths }: RefusedRequest, segments: readonly string[]): readonly ServedPath[] {
  if (segments.length === 0) return [];
  return servedPaths.filter((operation) => fits(operation.segments, segments));
}

function preferMethod(operations: readonly ServedPath[], method: string): readonly ServedPath[] {
  const withMethod = operations.filter((operation) => operation.method === method);
  return withMethod.length > 0 ? withMethod : operations;
}

/** Adds the request that was meant, if there is one operation and the path has all of its ids. */
function withRequest(text: string, operations: readonly ServedPath[], { path, method }: RefusedRequest) {
  const [meant, second] = preferMethod(operations, method);
  const filled = meant === undefined || second !== undefined ? null : fillPath(meant.path, segmentsOf(path));
  const request: Hint['request'] =
    meant === undefined || filled === null ? undefined : { method: meant.method, path: filled };
  return request === undefined ? text : { text, request };
}

/** Replaces the variables of a template with the segments of a path, aligned at the end; null if one is missing. */
function fillPath(template: string, segments: readonly string[]): string | null {
  const parts = template.split('/');
  const isTrailing = parts.at(-1) === '';
  const shift = segments.length - (parts.length - (isTrailing ? 1 : 0));
  const filled = parts.map((part, index) => (isVariable(part) ? segments[index + shift] : part));
  return filled.includes(undefined) || filled.some((part) => part?.includes('{')) ? null : filled.join('/');
}

function listOperations(operations: readonly ServedPath[], method: string): string {
  const descriptions = preferMethod(operations, method).map((operation) => `\`${operation.method} ${operation.path}\``);
  return [...new Set(descriptions)].slice(0, MAX_LISTED).join(', ');
}

function listAtHosts(operations: readonly ServedPath[], method: string): string {
  const descriptions = operations.flatMap((operation) =>
    operation.method === method && operation.atHost !== undefined
      ? [`\`${method} ${operation.atHost.path}\` on the host \`${operation.atHost.host}\``]
      : [],
  );
  return [...new Set(descriptions)]
    .slice(0, MAX_LISTED)
    .map((entry) => `, or ${entry}`)
    .join('');
}

/** Quotes the extra start of a path; null unless all its words occur in known paths, because it may be a secret. */
function findKnownStart({ servedPaths }: RefusedRequest, segments: readonly string[]): string | null {
  const knownSegments = new Set(servedPaths.flatMap(({ segments }) => segments));
  return segments.every((segment) => knownSegments.has(segment)) ? `\`/${segments.join('/')}\`` : null;
}

/** A path with a part of it removed, because the part is there twice. */
interface Repetition {
  readonly path: string;
  readonly twice: string;
  readonly removed: string;
}

/** Returns the path without what is between two equal segments: `/v1/v1/models` and `/v1/embeddings/v1/models` as `/v1/models`. */
function listRepetitions(refused: RefusedRequest): readonly Repetition[] {
  const segments = splitUnknownPath(refused) ?? [];
  // Other segments may be secrets or ids.
  const words = new Set(refused.servedPaths.flatMap((served) => served.segments));
  const repetitions = segments.flatMap((segment, start) => {
    const removed = segments.slice(start, segments.indexOf(segment, start + 1));
    if (segments.lastIndexOf(segment) === start || !removed.every((word) => words.has(word))) return [];
    const isWhole = removed.every((word, index) => word === segments[start + removed.length + index]);
    const rest = `/${segments.toSpliced(start, removed.length).join('/')}`;
    return [{ path: rest, twice: isWhole ? removed.join('/') : segment, removed: removed.join('/') }];
  });
  return repetitions.slice(0, MAX_REPETITIONS);
}

interface NearestPaths extends PathDifference {
  /** The part of the path that is there twice, if the path is nearer without it. */
  readonly repetition: Repetition | null;
  readonly paths: readonly ServedPath[];
  readonly operations: string;
  /** The same operations at shortened paths of other hosts, as the end of that list. */
  readonly atHosts: string;
}

/** Finds operations whose path ends like the requested one: `POST /token` may be a shortened `POST /api/v1/token`. */
function findLongerPaths({ problem, path, method, servedPaths, credential }: RefusedRequest) {
  // A key sent as `ApiKey` is meant for NGC.
  if (problem.kind !== 'method_not_allowed' || credential?.scheme === 'apikey') return [];
  const nearest = findNearestPaths(
    path,
    servedPaths.filter((operation) => operation.method === method),
  );
  return nearest.filter(({ missing, extra, lacksLastId }) => missing > 0 && extra === 0 && !lacksLastId);
}

/** Cached because several rules need it, and each would compare all paths. */
const NEAREST_BY_REQUEST = new WeakMap<RefusedRequest, NearestPaths | null>();

/** Returns the nearest operations of an unknown path; null if no operation is similar. */
function findNearest(refused: RefusedRequest): NearestPaths | null {
  const cached = NEAREST_BY_REQUEST.get(refused);
  if (cached !== undefined) return cached;
  const { problem, path, method, servedPaths } = refused;
  let found = problem.kind === 'unknown_path' ? findNearestPaths(path, servedPaths) : findLongerPaths(refused);
  let repetition: Repetition | null = null;
  for (const shorter of listRepetitions(refused)) {
    const nearer = findNearestPaths(shorter.path, servedPaths);
    if ((nearer[0]?.distance ?? Infinity) < (found[0]?.distance ?? Infinity)) [found, repetition] = [nearer, shorter];
  }
  const [first] = found;
  const paths = found.map((match) => match.path);
  const nearest =
    first === undefined
      ? null
      : { ...first, repetition, paths, operations: listOperations(paths, method), atHosts: listAtHosts(paths, method) };
  NEAREST_BY_REQUEST.set(refused, nearest);
  return nearest;
}

export const PATH_HINTS: readonly HintRule[] = [
  {
    code: 'world_twice',
    symptom: '`/w/a/w/a/api/v1/token`',
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
    source: 'RFC 3986, 3.3: an empty segment is a segment',
    certainty: 'documented',
    when: (refused) => {
      const { problem, path, method } = refused;
      if (problem.kind !== 'unknown_path' || !path.includes('//')) return null;
      const operations = findOperationsAt(refused, splitUnknownPath(refused) ?? []);
      const meant = listOperations(operations, method);
      const correction = meant === '' ? '' : ` With one slash, the path is ${meant}.`;
      const text = `The path has two slashes in a row: the base URL ends with one and the path begins with one, or an id is empty.${correction}`;
      return withRequest(text, operations, refused);
    },
  },
  {
    code: 'path_of_other_version',
    symptom: 'an operation of another version',
    ...DOCUMENTED_PATHS,
    when: ({ otherVersions, service, method }) => {
      if (otherVersions === null) return null;
      const { profiles, removedIn, replacedBy } = otherVersions;
      const advice =
        replacedBy === undefined
          ? `use an operation of the running version: \`GET /openapi/${service}.json\` lists them`
          : `use its replacement, \`${replacedBy}\``;
      if (removedIn !== undefined)
        return `${removedIn} removed this operation (${method}), and no version of the mock has it: ${advice}.`;
      const flag = service === null ? '' : ` Start the mock with \`--${service} ${profiles.at(-1)}\`, or`;
      return `This operation (${method}) exists in ${profiles.join(', ')}, but not in the running version.${flag} ${advice}.`;
    },
  },
  {
    code: 'path_of_key_service',
    symptom: 'a path of the self-hosted key service, such as `/v1/admin/keys`',
    source: 'published key service (NVIDIA/nvcf), which only self-hosted Cloud Functions have',
    certainty: 'documented',
    when: ({ problem, path, settings }) =>
      problem.kind === 'unknown_path' && settings.nvcf !== 'open-source' && KEY_SERVICE_PATH.test(path)
        ? 'This path belongs to the key service of self-hosted Cloud Functions, which `nvcf-cli` calls: start the mock with `--nvcf open-source`.'
        : null,
  },
  {
    code: 'slash_at_end',
    symptom: 'a slash at the end, or an empty id after it',
    ...DOCUMENTED_PATHS,
    when: (refused) => {
      const { path, method } = refused;
      if (!path.endsWith('/') || path.includes('//')) return null;
      const segments = splitUnknownPath(refused) ?? [];
      const operations = [...findOperationsAt(refused, segments), ...findOperationsAt(refused, [...segments, NO_ID])];
      const meant = listOperations(operations, method);
      const text = `The path ends with a slash, or the id after it is empty: call ${meant}.`;
      return meant === '' ? null : withRequest(text, operations, refused);
    },
  },
  {
    code: 'path_prefix_extra',
    symptom: 'extra segments: `/api/v1/api/v1/token`, `/integrate/v1/embeddings/v1/models`',
    ...DOCUMENTED_PATHS,
    when: (refused) => {
      const nearest = findNearest(refused);
      if (nearest === null) return null;
      if (nearest.repetition !== null) {
        const { twice, removed, path } = nearest.repetition;
        const text = `\`${twice}\` is in the path twice: take \`${removed}\` out of the base URL, and call ${nearest.operations}.`;
        return withRequest(text, nearest.paths, { ...refused, path });
      }
      const start = findKnownStart(refused, segmentsOf(refused.path).slice(0, nearest.extra));
      // An unknown start may stand for the missing part.
      if (nearest.extra === 0 || (nearest.missing > 0 && start === null)) return null;
      const part = start === null ? 'a part that this API does not use' : `${start}, which is not part of this path`;
      const text = `The path starts with ${part}: call ${nearest.operations}${nearest.atHosts}. The base URL may end with it.`;
      return withRequest(text, nearest.paths, refused);
    },
  },
  {
    code: 'path_incomplete',
    symptom: 'no prefix, version or id: `/token`, `/v1/token`, `/nvcf/functions`',
    ...DOCUMENTED_PATHS,
    when: (refused) => {
      const nearest = findNearest(refused);
      if (nearest === null || nearest.missing === 0) return null;
      if (nearest.lacksLastId) return `The end of the path is missing: call ${nearest.operations}.`;
      const text = `A part of the path is missing, such as its prefix or its version: call ${nearest.operations}${nearest.atHosts}.`;
      return withRequest(text, nearest.paths, refused);
    },
  },
  {
    code: 'path_misspelt',
    symptom: 'another version or case, or misspelt words: `/v1/nvcf/functions`',
    ...DOCUMENTED_PATHS,
    when: (refused) => {
      const nearest = findNearest(refused);
      if (nearest === null || nearest.missing > 0 || nearest.extra > 0) return null;
      return withRequest(`Nothing is served at this path. Did you mean ${nearest.operations}?`, nearest.paths, refused);
    },
  },
];
