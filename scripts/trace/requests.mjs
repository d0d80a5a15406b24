// @ts-check
/** The requests that are traced: a grant, a list, an invocation, a create, and a refusal with all that explains it. */

/** @typedef {import('../../src/index.ts').Mock} Mock */
/** @typedef {{ status: number, body: any, decision: string | null }} Answer `any`: bodies of several services, whose members are checked by `expected` */

/**
 * @typedef {object} Traced
 * @property {number} status of its answer
 * @property {(decision: any) => boolean} isMeant is the decision of the answer (null if it has none) the one that is meant?
 * @property {(mock: Mock) => Promise<() => Promise<Answer>>} prepare makes what the request needs; what it returns sends it
 */

/** @type {Record<string, Traced>} */
export const REQUESTS = {
  /** Run:ai: client credentials of the cast are exchanged for a token. */
  grant: {
    status: 200,
    isMeant: isAllowed,
    prepare: async (mock) => () => call(mock, 'POST', '/api/v1/token', { body: credentialsOf(mock, 'ci-bot') }),
  },
  /** Run:ai: the projects. */
  list: {
    status: 200,
    isMeant: isAllowed,
    prepare: async (mock) => {
      const granted = await call(mock, 'POST', '/api/v1/token', { body: credentialsOf(mock, 'ci-bot') });
      return () => call(mock, 'GET', '/api/v1/org-unit/projects', { token: granted.body.accessToken });
    },
  },
  /** NVCF: a function is invoked. */
  invocation: {
    status: 200,
    isMeant: isAllowed,
    prepare: async (mock) => {
      const { body: key } = await call(mock, 'POST', '/_mock/keys', { body: INVOKER });
      const path = `/v2/nvcf/pexec/functions/${functionNamed(mock, 'echo')}`;
      return () => call(mock, 'POST', path, { token: key.key, body: { text: 'Once upon a time' } });
    },
  },
  /** Air: a simulation is made. */
  create: {
    status: 201,
    isMeant: isAllowed,
    prepare: async (mock) => {
      const key = mock.cast.ngc.keys.find(({ name }) => name === 'air-admin');
      return () => call(mock, 'POST', '/api/v3/simulations/', { token: key?.key ?? '', body: { name: 'traced' } });
    },
  },
  /** Run:ai: somebody whose role has nothing to do with administration asks for the users. */
  refusal: {
    status: 403,
    isMeant: (decision) => decision.reason === 'missing_permission',
    prepare: async (mock) => {
      const granted = await call(mock, 'POST', '/api/v1/token', { body: credentialsOf(mock, 'batch-bot') });
      return () => call(mock, 'GET', '/api/v1/users', { token: granted.body.accessToken });
    },
  },
};

/** @type {Traced['isMeant']} */
function isAllowed(decision) {
  return decision === null || decision.effect === 'allow';
}

const INVOKER = {
  type: 'service',
  name: 'invoker',
  services: ['nvcf'],
  scopes: ['invoke_function'],
  resource: { type: 'All Functions' },
};

/** @param {Mock} mock @param {string} name of a service account in the cast */
function credentialsOf({ cast }, name) {
  const found = cast.runai.serviceAccounts.find((account) => account.name === name);
  if (found === undefined) throw new Error(`the cast has no service account ${name}`);
  const { clientId, clientSecret } = found;
  return { grantType: 'client_credentials', clientId, clientSecret };
}

/** @param {Mock} mock @param {string} name of a function in the cast */
function functionNamed({ cast }, name) {
  const found = cast.nvcf.functions.findLast((version) => version.name === name);
  if (found === undefined) throw new Error(`the cast has no function ${name}`);
  return found['functionId'];
}

/**
 * @param {Mock} mock
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: unknown }} parts
 * @returns {Promise<Answer>}
 */
async function call({ url }, method, path, { token, body }) {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, body: text === '' ? null : JSON.parse(text), decision: headers.get('x-mock-decision') };
}
