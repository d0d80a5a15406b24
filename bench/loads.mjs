// @ts-check
/** The measured requests. */

/** A Run:ai access key of our seed, which the other servers know as well. */
export const KEY = { clientId: '5f0c2a9d11e84b70', clientSecret: 'MOCKadminAccessKeySecret00000001' };
/** An NGC key of the bare server. */
export const BARE_KEY = `nvapi-${'bench'.repeat(13).slice(0, 64)}`;
/** The API that oidc-provider grants tokens for. */
export const API = 'https://api.acme.test/';
export const FUNCTIONS = '/v2/nvcf/functions';
export const ACCESS_KEYS = '/api/v1/access-keys';
const SIMULATIONS = '/api/v3/simulations/';
/** The number of requests in the journal to check. */
const JOURNAL = 1000;
const JSON_TYPE = { 'content-type': 'application/json' };

/** @param {string} url @param {unknown} body @param {Record<string, string>} [headers] */
export async function post(url, body, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return /** @type {Promise<any>} */ (response.json());
}

/**
 * A request that is sent repeatedly. A slow one is sent `amount` times per round, sequentially.
 *
 * @typedef {{ path: string, method: 'GET' | 'POST', headers: Record<string, string>, body?: string, amount?: number }} Load
 */

/**
 * The requests of the rows. Each function also creates the state that our server needs for them.
 *
 * @satisfies {Record<string, (url: string) => Promise<Load>>}
 */
export const LOADS = {
  'token grants': async () => grants(KEY),
  'list of 20 access keys': async (url) => {
    const token = await accessToken(url);
    await twentyKeys(url, { authorization: `Bearer ${token}` });
    return reads(ACCESS_KEYS, token);
  },
  'decided list of functions': async (url) => reads(FUNCTIONS, (await serviceKey(url)).key),
  'list of simulations': async (url) => reads(SIMULATIONS, keyOf(await castOf(url), 'air-admin')),
  'check of a journal of 1,000 requests': async (url) => {
    await fillJournal(url);
    return { path: '/_mock/requests/check', method: 'POST', headers: {}, amount: 8 };
  },
};

/**
 * The same requests for the bare server, with its credentials.
 *
 * @satisfies {Partial<Record<keyof typeof LOADS, (url: string) => Promise<Load>>>}
 */
export const BARE_LOADS = {
  'token grants': LOADS['token grants'],
  'list of 20 access keys': async (/** @type {string} */ url) => reads(ACCESS_KEYS, await accessToken(url)),
  'decided list of functions': async () => reads(FUNCTIONS, BARE_KEY),
};

/** A request that stores a change. @returns {Promise<Load>} */
export async function change() {
  return { path: '/_mock/clock/advance', method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ by: 'PT0.001S' }) };
}

/** @param {string} url @returns {Promise<any>} */
export async function castOf(url) {
  return (await fetch(`${url}/_mock/cast`)).json();
}

/** Returns the response to a load. @param {string} url @param {Load} load */
export async function answerTo(url, { path, method, headers, body }) {
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

/** @param {typeof KEY} key */
export function tokenRequest({ clientId, clientSecret }) {
  return { grantType: 'client_credentials', clientId, clientSecret };
}

/** @param {typeof KEY} key */
export function grants(key) {
  return {
    path: '/api/v1/token',
    method: /** @type {const} */ ('POST'),
    headers: JSON_TYPE,
    body: JSON.stringify(tokenRequest(key)),
  };
}

/**
 * A client credentials grant (RFC 6749).
 *
 * @param {string} path
 * @param {Record<string, string>} parameters
 * @param {Record<string, string>} [headers]
 * @returns {Load}
 */
export function oauthGrants(path, parameters, headers = {}) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters }).toString();
  return { path, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body };
}

/** @param {string} path @param {string} credential */
export function reads(path, credential) {
  return { path, method: /** @type {const} */ ('GET'), headers: { authorization: `Bearer ${credential}` } };
}

/** @param {string} url */
async function accessToken(url) {
  const { accessToken } = await post(`${url}/api/v1/token`, tokenRequest(KEY));
  return /** @type {string} */ (accessToken);
}

/** Creates access keys until the caller has twenty. @param {string} url @param {Record<string, string>} headers */
async function twentyKeys(url, headers) {
  const { accessKeys } = /** @type {any} */ (await (await fetch(`${url}${ACCESS_KEYS}`, { headers })).json());
  for (let number = accessKeys.length; number < 20; number++) {
    await post(`${url}${ACCESS_KEYS}`, { name: `bench-${number}` }, headers);
  }
}

/** Sends typical requests to the three services, allowed and refused, until the journal is full. @param {string} url */
async function fillJournal(url) {
  const cast = await castOf(url);
  const { key } = await serviceKey(url);
  const air = keyOf(cast, 'air-admin');
  for (let round = 0; round < JOURNAL / 20; round++) {
    const token = await accessToken(url);
    /** @param {string} credential @param {string} line method and path @param {object} [body] */
    const send = async (credential, line, body) => {
      const [method = '', path] = line.split(' ');
      const headers = { authorization: `Bearer ${credential}`, ...(body && JSON_TYPE) };
      const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return JSON.parse((await answer.text()) || 'null');
    };
    await send('nobody', `GET ${ACCESS_KEYS}`);
    const accessKey = await send(token, `POST ${ACCESS_KEYS}`, { name: `bench-${round}` });
    await send(token, `GET ${ACCESS_KEYS}`);
    await send(token, `DELETE ${ACCESS_KEYS}/${accessKey.id}`);
    await send(token, 'GET /api/v1/users');
    await send(token, 'GET /api/v1/authorization/roles');
    await send(token, 'GET /api/v1/authorization/access-rules?limit=5');
    await send(token, 'GET /api/v1/service-accounts');
    await send(token, 'GET /api/v1/org-unit/projects');
    await send(key, `GET ${FUNCTIONS}`);
    await send(key, `GET ${FUNCTIONS}?visibility=private`);
    // The key may only list.
    await send(key, `POST ${FUNCTIONS}`, { name: 'bench', inferenceUrl: '/', containerImage: 'nvcr.io/acme/bench:1' });
    const simulation = await send(air, `POST ${SIMULATIONS}`, { name: `bench-${round}` });
    await send(air, `GET ${SIMULATIONS}?limit=10&ordering=name`);
    await send(air, `GET ${SIMULATIONS}${simulation.id}/`);
    await send(air, `PATCH ${SIMULATIONS}${simulation.id}/`, { name: `bench-${round}-changed` });
    await send(air, `GET /api/v3/simulations/nodes/?simulation=${simulation.id}`);
    await send(air, `DELETE ${SIMULATIONS}${simulation.id}/`);
    await send(air, 'GET /api/v3/images/');
  }
}

/** Creates a service key that may list functions. @param {string} url @returns {Promise<{ id: string, key: string }>} */
export function serviceKey(url) {
  return post(`${url}/_mock/keys`, {
    type: 'service',
    name: 'bench',
    services: ['nvcf'],
    scopes: ['list_functions'],
    resource: { type: 'All Functions' },
  });
}

/** Returns a key of the cast. @param {any} cast @param {string} name @returns {string} */
export function keyOf(cast, name) {
  return cast.ngc.keys.find((/** @type {{ name: string }} */ one) => one.name === name).key;
}
