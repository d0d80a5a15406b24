// @ts-check
/** The requests of each kind that is measured. */

export const KEY = { clientId: '5f0c2a9d11e84b70', clientSecret: 'MOCKadminAccessKeySecret00000001' };
export const FUNCTIONS = '/v2/nvcf/functions';
export const ACCESS_KEYS = '/api/v1/access-keys';
export const SIMULATIONS = '/api/v3/simulations/';
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

/** @param {typeof KEY} key */
export function tokenRequest({ clientId, clientSecret }) {
  return { grantType: 'client_credentials', clientId, clientSecret };
}

/** @param {typeof KEY} key */
export function grants(key, prefix = '') {
  return {
    path: `${prefix}/api/v1/token`,
    method: /** @type {const} */ ('POST'),
    headers: JSON_TYPE,
    body: JSON.stringify(tokenRequest(key)),
  };
}

/** @param {string} path @param {string} credential */
export function reads(path, credential) {
  return { path, method: /** @type {const} */ ('GET'), headers: { authorization: `Bearer ${credential}` } };
}

/** @param {string} url @param {typeof KEY} [key] */
export async function accessToken(url, key = KEY) {
  const { accessToken } = await post(`${url}/api/v1/token`, tokenRequest(key));
  return /** @type {string} */ (accessToken);
}

/** Adds access keys to the existing one. @param {string} url @param {Record<string, string>} headers */
export async function twentyKeys(url, headers) {
  for (let number = 1; number < 20; number++) {
    await post(`${url}${ACCESS_KEYS}`, { name: `bench-${number}` }, headers);
  }
}

/** Makes a service key that lists functions. @param {string} url @returns {Promise<{ id: string, key: string }>} */
export function serviceKey(url) {
  return post(`${url}/_mock/keys`, {
    type: 'service',
    name: 'bench',
    services: ['nvcf'],
    scopes: ['list_functions'],
    resource: { type: 'All Functions' },
  });
}

/** The text of a key of the cast. @param {any} cast @param {string} name @returns {string} */
export function keyOf(cast, name) {
  return cast.ngc.keys.find((/** @type {{ name: string }} */ one) => one.name === name).key;
}
