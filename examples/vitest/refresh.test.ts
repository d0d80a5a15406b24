import { expect, test } from 'nv-auth-mock/vitest';
import { vi } from 'vitest';

// After the import of the mock, which keeps the real ones. `setImmediate` stays real, because Node's `fetch` waits for it.
vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });

/** The app. It keeps a token, and gets the next one a minute before it expires. */
class Session {
  token = '';
  readonly #url: string;
  readonly #credentials: { readonly clientId: string; readonly clientSecret: string };

  constructor(url: string, credentials: { readonly clientId: string; readonly clientSecret: string }) {
    this.#url = url;
    this.#credentials = credentials;
  }

  async renew(): Promise<void> {
    const answer = await fetch(`${this.#url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'client_credentials', ...this.#credentials }),
    });
    const { accessToken, expiresIn } = (await answer.json()) as { accessToken: string; expiresIn: number };
    this.token = accessToken;
    setTimeout(() => void this.renew(), (expiresIn - 60) * 1000);
  }
}

test('the app has its next token before the first one expires', async ({ mock }) => {
  const { clientId, clientSecret } = mock.cast.runai.users[0]?.accessKey ?? { clientId: '', clientSecret: '' };
  const session = new Session(mock.url, { clientId, clientSecret });
  const list = (token: string) =>
    fetch(`${mock.url}/api/v1/access-keys`, { headers: { authorization: `Bearer ${token}` } });
  await session.renew();
  const first = session.token;

  // Moves both clocks: the mock's and the app's.
  await mock.clock.advance('59m');
  await vi.advanceTimersByTimeAsync(59 * 60 * 1000);
  await vi.waitFor(() => expect(session.token).not.toBe(first));
  await mock.clock.advance('1m');

  expect(await list(first)).toBeRefused('expired_token');
  expect((await list(session.token)).status).toBe(200);
});
