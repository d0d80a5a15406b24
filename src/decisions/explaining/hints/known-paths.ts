import type { Sourced } from '../../rule.ts';

/** Paths that clients call although the mock does not serve them, with what to call instead. */
interface KnownPath extends Sourced {
  readonly code: 'not_emulated' | 'path_elsewhere' | 'path_of_older_api';
  readonly path: RegExp;
  readonly text: string;
}

const OLDER_SDK = {
  code: 'path_of_older_api',
  source: 'version 2 of the SDK `NVIDIA/air_sdk` (09e5865)',
  certainty: 'observed',
} as const;

function describeOlderAir(version: number): string {
  return `This path belongs to version ${version} of Air's API, which the older SDK (\`air_sdk\`) calls. The mock has version 3 only: call paths below \`/api/v3/\` with an NGC key, as NVIDIA/nv-air-sdk does.`;
}

/** The first match applies. */
const KNOWN_PATHS: readonly KnownPath[] = [
  {
    ...OLDER_SDK,
    path: /^\/api\/v1\/(?:account|api-token|capacity|demo|image|interface|job|link|login|marketplace|node|organization|permission|resource-budget|service|simulation|simulation-interface|simulation-node|sshkey|topology|user-preference|worker)(?:\/|$)/,
    text: describeOlderAir(1),
  },
  {
    ...OLDER_SDK,
    path: /^\/api\/v2\/(?:accounts|announcements|api-tokens|fleet|images|interfaces|jobs|manifests|marketplace-demos|marketplace-demo-tags|organizations?|resource-budgets?|simulations|systems|topology|topology-file|userconfigs|workers)(?:\/|$)/,
    text: describeOlderAir(2),
  },
  {
    code: 'path_elsewhere',
    path: /^\/\.well-known\/(?:jwks\.json|oauth-authorization-server|openid-configuration\/)|^\/auth\/realms\/[^/]+\/(?:\.well-known\/)?(?:jwks(?:\.json)?|oauth-authorization-server)$/,
    text: 'Each realm of Run:ai is an issuer: the keys are at `GET /auth/realms/{realm}/protocol/openid-connect/certs`, and the metadata, with their address as `jwks_uri`, at `GET /auth/realms/{realm}/.well-known/openid-configuration`.',
    source: 'OpenID Connect Discovery 1.0, 4.1; RFC 8414, 3.1 has another path',
    certainty: 'documented',
  },
  {
    code: 'path_elsewhere',
    path: /^\/(?:healthz|readyz)$/,
    text: "Nothing is served at this path: the mock's health check is `GET /_mock/health`. `GET /health` is the one of Cloud Functions, `GET /llm/healthz` and `GET /llm/readyz` are those of the LLM gateway, without `/llm` on its host.",
    source: 'the paths of the documents',
    certainty: 'documented',
  },
  {
    code: 'not_emulated',
    path: /^\/v2\/?$|^\/proxy_auth$|^\/v2\/.+\/(?:manifests|blobs|tags|referrers)\/|^\/v2\/org\/.+\/(?:helm-charts|models|repos|resources)(?:\/|$)|^\/v2\/(?:models|resources)\/.+\/(?:files|zip)(?:\/|$)|\/index\.yaml$|\/charts\/[^/]+\.tgz$/,
    text: "The mock does not emulate NGC's registry of images, models and Helm charts. It accepts and refuses keys only for the APIs that `GET /openapi` lists.",
    source: 'OCI Distribution 1.1; Helm repositories; published clients of NGC',
    certainty: 'observed',
  },
];

/** Returns the explanation of a path that clients call although the mock does not serve it; undefined for any other path. */
export function findKnownPath(path: string): KnownPath | undefined {
  return KNOWN_PATHS.find((known) => known.path.test(path));
}
