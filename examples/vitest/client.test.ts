import { setTimeout } from 'node:timers/promises';
import type { World } from 'nv-auth-mock';
import { expect, test } from 'nv-auth-mock/vitest';

/** The app: a client that keeps a credential, and gets a new one when it is refused. */
class Client {
  readonly #url: string;
  readonly #refusal: number;
  readonly #credential: () => Promise<string>;
  #held: Promise<string> | null = null;

  /**
   * @param refusal the status for an invalid credential: 401 for Run:ai, 403 for Cloud Functions
   * @param credential gets a token, or reads a key from its storage
   */
  constructor(url: string, refusal: number, credential: () => Promise<string>) {
    this.#url = url;
    this.#refusal = refusal;
    this.#credential = credential;
  }

  /** Repeats the request once, if there is a new credential. */
  async get(path: string): Promise<Response> {
    this.#held ??= this.#credential();
    const held = this.#held;
    const answer = await this.#patiently(path, await held);
    if (answer.status !== this.#refusal) return answer;
    // Unless a concurrent request has replaced it already.
    if (this.#held === held) this.#held = this.#credential();
    const [before, now] = await Promise.all([held, this.#held]);
    return now === before ? answer : this.#patiently(path, now);
  }

  /** Repeats the request once, after the time in `Retry-After`. */
  async #patiently(path: string, credential: string): Promise<Response> {
    const send = () => fetch(`${this.#url}${path}`, { headers: { authorization: `Bearer ${credential}` } });
    const answer = await send();
    const seconds = answer.headers.get('retry-after');
    if (seconds === null) return answer;
    await setTimeout(Number(seconds) * 1000);
    return send();
  }
}

const USERS = '/api/v1/users';

/** Creates a client with the administrator's access key. */
function runaiClient({ url, cast }: World): Client {
  const { clientId = '', clientSecret = '' } = cast.runai.users[0]?.accessKey ?? {};
  return new Client(url, 401, async () => {
    const answer = await fetch(`${url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
    });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    return accessToken;
  });
}

test('the token is asked for once, and again after a 401', async ({ mock }) => {
  const client = runaiClient(mock);
  await Promise.all([client.get(USERS), client.get(USERS)]);
  await client.get(USERS);
  await expect(mock).toHaveReceived({ operation: 'grant_token', times: 1 });

  await mock.clock.advance('1h');
  expect((await client.get(USERS)).status).toBe(200);
  await expect(mock).toHaveReceived({ operation: 'get_users', reason: 'expired_token', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'grant_token', times: 2 });
});

test('a request is repeated, as late as Retry-After says', async ({ mock }) => {
  await mock.faults.next('get_users', { status: 503, retryAfter: 1 });
  expect((await runaiClient(mock).get(USERS)).status).toBe(200);

  const [second, first, ...more] = await mock.requests.list({ operation: 'get_users' });
  expect([first?.status, second?.status, more.length]).toEqual([503, 200, 0]);
  expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThan(950);
});

test('a key that was rotated is read again', async ({ mock }) => {
  const vault = { key: mock.key('nvcf-deployer') };
  const client = new Client(mock.url, 403, async () => vault.key);
  expect((await client.get('/v2/nvcf/functions')).status).toBe(200);

  const { id = '' } = (await mock.keys.list()).find(({ name }) => name === 'nvcf-deployer') ?? {};
  vault.key = (await mock.keys.rotate(id)).key;
  expect((await client.get('/v2/nvcf/functions')).status).toBe(200);
  await expect(mock).toHaveReceived({ operation: 'listFunctions', reason: 'unknown_key', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'listFunctions', status: 200, times: 2 });
});
