// A web page that logs users in to Run:ai (authorization code with PKCE, RFC 6749 and 7636), and lists their access keys.
const parameters = new URLSearchParams(location.search);
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
  const given = parameters.get('issuer') ?? sessionStorage.getItem('issuer');
  if (given !== null) {
    sessionStorage.setItem('issuer', given);
    return given;
  }
  const ready = await fetch('mock.json', { cache: 'no-store' })
    .then((response) => response.json())
    .catch(() => null);
  return `${ready?.url ?? 'http://localhost:6625'}/auth/realms/acme`;
}

async function readJson(response) {
  if (response.ok) return response.json();
  throw new Error(`${response.status}: ${await response.text()}`);
}

async function discover() {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => {
    throw new Error(`${issuer} does not respond, or does not allow this page. Start the mock as README.md describes.`);
  });
  return readJson(response);
}

async function logIn() {
  const { authorization_endpoint } = await discover();
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem('login', JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: CALLBACK,
    scope: 'openid email',
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${authorization_endpoint}?${query}`);
}

async function requestTokens(form) {
  const { token_endpoint } = await discover();
  const body = new URLSearchParams({ client_id: CLIENT, ...form });
  tokens = { ...tokens, ...(await readJson(await fetch(token_endpoint, { method: 'POST', body }))) };
}

async function redeemCode() {
  const { verifier, state } = JSON.parse(sessionStorage.getItem('login') ?? '{}');
  sessionStorage.removeItem('login');
  history.replaceState(null, '', location.pathname);
  if (parameters.has('error')) throw new Error(parameters.get('error_description') ?? parameters.get('error'));
  if (parameters.get('state') !== state) throw new Error('This login was not started on this page.');
  await requestTokens({
    grant_type: 'authorization_code',
    code: parameters.get('code'),
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
}

async function logOut() {
  const { end_session_endpoint } = await discover();
  const query = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: CALLBACK });
  location.assign(`${end_session_endpoint}?${query}`);
}

async function render() {
  show('log-in', tokens === null);
  show('refresh', tokens !== null);
  show('log-out', tokens !== null);
  if (tokens === null) return;
  const authorization = `Bearer ${tokens.access_token}`;
  const { userinfo_endpoint } = await discover();
  const { email } = await readJson(await fetch(userinfo_endpoint, { headers: { authorization } }));
  element('who').textContent = `Logged in as ${email}.`;
  const { accessKeys } = await readJson(
    await fetch(`${issuer.slice(0, issuer.indexOf('/auth/realms/'))}/api/v1/access-keys`, {
      headers: { authorization },
    }),
  );
  element('keys').replaceChildren(
    ...accessKeys.map(({ name }) => Object.assign(document.createElement('li'), { textContent: name })),
  );
}

/** Runs an action, and renders the result or the error. */
async function run(action) {
  element('error').textContent = '';
  try {
    await action();
    await render();
  } catch (error) {
    element('error').textContent = error.message;
  }
}

element('log-in').addEventListener('click', () => run(logIn));
element('log-out').addEventListener('click', () => run(logOut));
element('refresh').addEventListener('click', () =>
  run(() => requestTokens({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })),
);
await run(async () => {
  issuer = await findIssuer();
  if (parameters.has('code') || parameters.has('error')) await redeemCode();
});
