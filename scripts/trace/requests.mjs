// @ts-check
/** The requests that are traced: a grant, a plain refusal, and a refusal that says when it will be over. */

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
  /** Client credentials of the cast are exchanged for a token. */
  token: {
    status: 200,
    isMeant: (decision) => decision === null || decision.effect === 'allow',
    prepare: async (mock) => () => call(mock, 'POST', '/api/v1/token', { body: credentialsOf(mock, 'ci-bot') }),
  },
  /** Somebody whose role has nothing to do with administration asks for the users. */
  'refused-list': {
    status: 403,
    isMeant: (decision) => decision.reason === 'missing_permission',
    prepare: async (mock) => {
      const granted = await call(mock, 'POST', '/api/v1/token', { body: credentialsOf(mock, 'batch-bot') });
      return () => call(mock, 'GET', '/api/v1/users', { token: granted.body.accessToken });
    },
  },
  /** A key has been given the scope that it lacks, which is not in force yet. */
  deployment: {
    status: 403,
    isMeant: (decision) => decision.pending?.effect === 'allow',
    prepare: async (mock) => {
      await call(mock, 'PUT', '/_mock/propagation', { body: { mode: 'fixed' } });
      const { body: key } = await call(mock, 'POST', '/_mock/keys', { body: DEPLOYER });
      await call(mock, 'PATCH', `/_mock/keys/${key.id}`, { body: { scopes: [...DEPLOYER.scopes, 'list_functions'] } });
      const path = `/v2/nvcf/deployments/functions/${idsOf(mock, 'summarize')}`;
      return () => call(mock, 'POST', path, { token: key.key, body: DEPLOYMENT });
    },
  },
};

const DEPLOYER = {
  type: 'service',
  name: 'deployer',
  services: ['nvcf'],
  scopes: ['deploy_function'],
  resource: { type: 'All Functions' },
};

const DEPLOYMENT = {
  deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
};

/** @param {Mock} mock @param {string} name of a service account in the cast */
function credentialsOf({ cast }, name) {
  const found = cast.runai.serviceAccounts.find((account) => account.name === name);
  if (found === undefined) throw new Error(`the cast has no service account ${name}`);
  const { clientId, clientSecret } = found;
  return { grantType: 'client_credentials', clientId, clientSecret };
}

/** @param {Mock} mock @param {string} name of a function in the cast */
function idsOf({ cast }, name) {
  const found = cast.nvcf.functions.findLast((version) => version.name === name);
  if (found === undefined) throw new Error(`the cast has no function ${name}`);
  return `${found['functionId']}/versions/${found['versionId']}`;
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
