import type { Answer, TestServer } from './server.ts';

/** The service ids of the three issuers. */
export const FUNCTIONS = 'nvidia-cloud-functions-ncp-service-id-aketm';
export const TASKS = 'nvidia-cloud-tasks-ncp-service-id-nvcttasks';
export const EVENTS = 'nvidia-cloud-events-ncp-service-id-ckozoh6f';
/** The owner that `nvcf-cli` names, and the one of the cast's key of that name. */
export const OWNER = 'svc@nvcf-api.local';
export const CAST_OWNER = 'cast@nvcf-api.local';

/** Authorizations for Cloud Functions, as `nvcf-cli api-key generate` writes them. */
export function authorizationsFor(scopes: readonly string[], aud = FUNCTIONS) {
  const resources = ['account-functions', 'authorized-functions'].map((type) => ({ id: '*', type }));
  return { policies: [{ aud, auds: [aud], product: 'nv-cloud-functions', resources, scopes }] };
}

/** The headers of `nvcf-cli`, which sends one that nobody reads. */
export function asOwner(owner = 'ci@example.test', issuer = FUNCTIONS): Record<string, string> {
  return { 'key-issuer-service': 'nvcf-api', 'key-issuer-id': issuer, 'key-owner-id': owner };
}

/** Creates a key. @param body members to change; undefined removes one */
export function createKey(
  server: Pick<TestServer, 'call'>,
  body: Readonly<Record<string, unknown>> = {},
  headers = asOwner(),
): Promise<Answer> {
  const order = {
    description: 'from a test',
    expires_at: '2026-01-16T12:00:00Z',
    authorizations: authorizationsFor(['list_functions']),
    ...body,
  };
  return server.call('POST /v1/keys', { body: order, headers });
}

/** The claims of a good token of an administrator. @param seconds when it is issued */
export function adminClaims(seconds: number) {
  return {
    iss: 'http://api.nvcf.svc.cluster.local',
    sub: 'admin-issuer-proxy',
    scopes: ['list_functions'],
    iat: seconds,
    exp: seconds + 60,
    jti: 'a',
  };
}
