import { renderDocument } from '../../../pages/document.ts';
import type { Outcome } from '../../../responses/outcome.ts';

/** The cookie that the frames read: the active logins of this browser, separated by slashes. */
export const SESSION_COOKIE = 'KEYCLOAK_SESSION';

/** Whether the frame has access to cookies, if the browser supports the question. */
const STORAGE_ACCESS = `const hasAccess = () => ('hasStorageAccess' in document ? document.hasStorageAccess() : Promise.resolve(true));`;

const TEST_COOKIE = 'NV_AUTH_MOCK_3P';

/**
 * Pages that keycloak-js loads into hidden frames, with Keycloak's messages. The first two test whether frames get
 * cookies (`supported`, `unsupported`). It takes two, because only a second request proves it.
 */
const STEP_1 = `${STORAGE_ACCESS}
hasAccess().then((may) => {
  if (!may) return parent.postMessage('unsupported', '*');
  document.cookie = '${TEST_COOKIE}=1; Max-Age=60; SameSite=None; Secure';
  document.cookie = '${TEST_COOKIE}_LAX=1; Max-Age=60';
  location.replace('step2.html');
});`;

const STEP_2 = `const found = document.cookie.includes('${TEST_COOKIE}');
document.cookie = '${TEST_COOKIE}=; Max-Age=0; SameSite=None; Secure';
document.cookie = '${TEST_COOKIE}_LAX=; Max-Age=0';
parent.postMessage(found ? 'supported' : 'unsupported', '*');`;

/**
 * Answers the message `<client id> <sid>` with `unchanged`, `changed` or `error` (OpenID Connect Session Management
 * 1.0, 4.2). Asks the server once per client and origin, and then compares the cookie.
 */
const LOGIN_STATUS = `${STORAGE_ACCESS}
const allowed = Object.create(null);
const mayAsk = (client, origin) => {
  const query = new URLSearchParams({ client_id: client, origin }).toString();
  allowed[query] ??= fetch(location.pathname + '/init?' + query).then(({ ok }) => ok, () => false);
  return allowed[query];
};
const statusOf = async (client, sid, origin) => {
  if (!(await hasAccess()) || !(await mayAsk(client, origin))) return 'error';
  const cookies = document.cookie.split(';').map((cookie) => cookie.trim());
  const logins = cookies.filter((cookie) => cookie.startsWith('${SESSION_COOKIE}=')).flatMap((cookie) => cookie.slice(${SESSION_COOKIE.length + 1}).split('/'));
  return sid === '' || logins.includes(sid) ? 'unchanged' : 'changed';
};
addEventListener('message', async ({ data, origin, source }) => {
  const parts = typeof data === 'string' ? data.split(' ') : [];
  if (parts.length === 2) source.postMessage(await statusOf(parts[0], parts[1], origin), origin);
});`;

const SCRIPTS = { 'step1.html': STEP_1, 'step2.html': STEP_2, 'login-status-iframe.html': LOGIN_STATUS } as const;

/** Renders a page with only a script, which may be framed. @param name the last segment of its path */
export function renderSessionFrame(name: keyof typeof SCRIPTS): Outcome<200, Buffer> {
  return renderDocument(200, { title: name, body: '', script: SCRIPTS[name], isFrame: true });
}
