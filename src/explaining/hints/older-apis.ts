import type { HintRule } from './refused-request.ts';

/** First path segments of Air's versions 1 and 2, as called by version 2 of the SDK `NVIDIA/air_sdk` (09e5865). */
const OLDER_AIR: readonly { readonly version: number; readonly path: RegExp }[] = [
  {
    version: 1,
    path: /^\/api\/v1\/(?:account|api-token|capacity|demo|image|interface|job|link|login|marketplace|node|organization|permission|resource-budget|service|simulation|simulation-interface|simulation-node|sshkey|topology|user-preference|worker)(?:\/|$)/,
  },
  {
    version: 2,
    path: /^\/api\/v2\/(?:accounts|announcements|api-tokens|fleet|images|interfaces|jobs|manifests|marketplace-demos|marketplace-demo-tags|organizations?|resource-budgets?|simulations|systems|topology|topology-file|userconfigs|workers)(?:\/|$)/,
  },
];

/**
 * Explains that a path belongs to an earlier version of a vendor's API, which the mock lacks; null for any other path.
 */
export function describeOlderApi(path: string): string | null {
  const older = OLDER_AIR.find((api) => api.path.test(path));
  if (older === undefined) return null;
  return `This path belongs to version ${older.version} of Air's API, which the older SDK (\`air_sdk\`) calls. The mock has version 3 only: call paths below \`/api/v3/\` with an NGC key, as NVIDIA/nv-air-sdk does.`;
}

export const OLDER_API_HINTS: readonly HintRule[] = [
  {
    code: 'path_of_older_api',
    symptom: "a path of Air's versions 1 and 2, such as `/api/v1/login/` or `/api/v2/simulations/`",
    advice: 'call version 3, below `/api/v3/`, with an NGC key',
    source: 'the older SDK of Air (NVIDIA/air_sdk)',
    certainty: 'observed',
    when: ({ problem, path }) => (problem.kind === 'unknown_path' ? describeOlderApi(path) : null),
  },
];
