// A web page that logs users in to Run:ai (authorization code with PKCE, RFC 6749 and 7636), and lists their access keys.
const query = new URLSearchParams(location.search);
const CLIENT = 'web-app';
const CALLBACK = `${location.origin}${location.pathname}`;

const element = (id) => document.getElementById(id);
const show = (id, isShown) => {
  element(id).hidden = !isShown;
};
const randomText = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

// Tokens are only kept in memory, so reloading the page requires a new login.
let tokens = null;
let issuer = '';

/** Returns the issuer from `?issuer=`, which is kept during a login; otherwise the one of the mock in `mock.json`. */
async function findIssuer() {
  const named = query.get('issuer') ?? sessionStorage.getItem('issuer');
  if (named !== null) {
    sessionStorage.setItem('issuer', named);
    return named;
  }
  const ready = await fetch('mock.json', { cache: 'no-store' })
    .then((answer) => answer.json())
    .catch(() => null);
  return `${ready?.url ?? 'http://localhost:6625'}/auth/realms/acme`;
}

async function answerOf(response) {
  if (response.ok) return response.json();
  throw new Error(`${response.status}: ${await response.text()}`);
}

async function discover() {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => {
    throw new Error(`Nothing that this page may call answers at ${issuer}. Start the mock as README.md says.`);
  });
  return answerOf(answer);
}

async function logIn() {
  const { authorization_endpoint } = await discover();
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem('login', JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: CALLBACK,
    scope: 'openid email',
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${authorization_endpoint}?${asked}`);
}

async function requestTokens(form) {
  const { token_endpoint } = await discover();
  const body = new URLSearchParams({ client_id: CLIENT, ...form });
  tokens = { ...tokens, ...(await answerOf(await fetch(token_endpoint, { method: 'POST', body }))) };
}

async function redeem() {
  const { verifier, state } = JSON.parse(sessionStorage.getItem('login') ?? '{}');
  sessionStorage.removeItem('login');
  history.replaceState(null, '', location.pathname);
  if (query.has('error')) throw new Error(query.get('error_description') ?? query.get('error'));
  if (query.get('state') !== state) throw new Error('This login was not begun here.');
  await requestTokens({
    grant_type: 'authorization_code',
    code: query.get('code'),
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
}

async function logOut() {
  const { end_session_endpoint } = await discover();
  const asked = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: CALLBACK });
  location.assign(`${end_session_endpoint}?${asked}`);
}

async function render() {
  show('log-in', tokens === null);
  show('refresh', tokens !== null);
  show('log-out', tokens !== null);
  if (tokens === null) return;
  const authorization = `Bearer ${tokens.access_token}`;
  const { userinfo_endpoint } = await discover();
  const { email } = await answerOf(await fetch(userinfo_endpoint, { headers: { authorization } }));
  element('who').textContent = `Logged in as ${email}.`;
  const { accessKeys } = await answerOf(
    await fetch(`${issuer.slice(0, issuer.indexOf('/auth/realms/'))}/api/v1/access-keys`, {
      headers: { authorization },
    }),
  );
  element('keys').replaceChildren(
    ...accessKeys.map(({ name }) => Object.assign(document.createElement('li'), { textContent: name })),
  );
}

/** Runs an action, and renders the result or the error. */
async function act(work) {
  element('fault').textContent = '';
  try {
    await work();
    await render();
  } catch (fault) {
    element('fault').textContent = fault.message;
  }
}

element('log-in').addEventListener('click', () => act(logIn));
element('log-out').addEventListener('click', () => act(logOut));
element('refresh').addEventListener('click', () =>
  act(() => requestTokens({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })),
);
await act(async () => {
  issuer = await findIssuer();
  if (query.has('code') || query.has('error')) await redeem();
});
