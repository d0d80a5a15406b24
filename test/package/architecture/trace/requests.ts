import type { Mock } from '../../../../src/index.ts';

/** A request, and its expected response. */
interface Traced {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The reason of its refusal. */
  readonly reason?: string;
  /** The maximum number of files that it passes, and of returns to one. Getters count. They may only decrease. */
  readonly limits: readonly [files: number, returns: number];
  /** Creates the token and the body. */
  parts(mock: Mock): Promise<{ readonly token?: string; readonly body?: object }>;
}

export const REQUESTS: Readonly<Record<string, Traced>> = {
  /** Run:ai: client credentials of the cast are exchanged for a token. */
  grant: {
    method: 'POST',
    path: '/api/v1/token',
    limits: [65, 56],
    status: 200,
    parts: async ({ cast }) => {
      const { clientId, clientSecret } = cast.runai.serviceAccounts.find(({ name }) => name === 'ci-bot') ?? {};
      return { body: { grantType: 'client_credentials', clientId, clientSecret } };
    },
  },
  /** Run:ai: the projects. */
  list: {
    method: 'GET',
    path: '/api/v1/org-unit/projects',
    limits: [66, 67],
    status: 200,
    parts: async (mock) => ({ token: await mock.getToken('ci-bot') }),
  },
  /** Cloud Functions: the function `echo` of the cast is invoked. */
  invocation: {
    method: 'POST',
    path: '/v2/nvcf/pexec/functions/:echo',
    limits: [60, 70],
    status: 200,
    parts: async ({ keys }) => {
      const { key } = await keys.create({
        type: 'service',
        name: 'invoker',
        services: ['nvcf'],
        scopes: ['invoke_function'],
        resource: { type: 'All Functions' },
      });
      return { token: key, body: { text: 'Once upon a time' } };
    },
  },
  /** Air: a simulation is created. */
  create: {
    method: 'POST',
    path: '/api/v3/simulations/',
    limits: [68, 80],
    status: 201,
    parts: async ({ cast }) => ({
      token: cast.ngc.keys.find(({ name }) => name === 'air-admin')?.key ?? '',
      body: { name: 'traced' },
    }),
  },
  /** Run:ai: a role that has nothing to do with administration asks for the users. */
  refusal: {
    method: 'GET',
    path: '/api/v1/users',
    limits: [79, 80],
    status: 403,
    reason: 'missing_permission',
    parts: async (mock) => ({ token: await mock.getToken('batch-bot') }),
  },
};

/** Prepares a request. @returns a function that sends it, and throws for an unexpected response */
export async function prepareRequest(mock: Mock, name: string): Promise<() => Promise<void>> {
  const { method, path, status, reason, parts } = REQUESTS[name] as Traced;
  const { token, body } = await parts(mock);
  const echo = mock.cast.nvcf.functions.findLast(({ name: own }) => own === 'echo');
  const url = mock.url + path.replace(':echo', String(echo?.['functionId']));
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  return async () => {
    const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    await answer.text();
    const decision = answer.headers.get('x-mock-decision');
    if (answer.status === status && (reason === undefined || decision?.includes(`"reason":"${reason}"`))) return;
    throw new Error(`${name} is answered ${answer.status}, and decided: ${decision}`);
  };
}
