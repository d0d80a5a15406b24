import type { Answer, TestServer } from './server.ts';

/** The service ids of the three issuers. */
export const FUNCTIONS = 'nvidia-cloud-functions-ncp-service-id-aketm';
export const TASKS = 'nvidia-cloud-tasks-ncp-service-id-nvcttasks';
export const EVENTS = 'nvidia-cloud-events-ncp-service-id-ckozoh6f';
/** The owner that `nvcf-cli` sends, and the owner of the key with that name in the cast. */
export const OWNER = 'svc@nvcf-api.local';
export const CAST_OWNER = 'cast@nvcf-api.local';

/** Returns authorizations for Cloud Functions, in the form of `nvcf-cli api-key generate`. */
export function authorizationsFor(scopes: readonly string[], aud = FUNCTIONS) {
  const resources = ['account-functions', 'authorized-functions'].map((type) => ({ id: '*', type }));
  return { policies: [{ aud, auds: [aud], product: 'nv-cloud-functions', resources, scopes }] };
}

/** Returns the headers of `nvcf-cli`, one of which the service ignores. */
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

/** Returns the claims of a valid administrator token. @param seconds its issue time */
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
