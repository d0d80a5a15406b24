import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { renderDocument } from '../../../lib/pages.ts';

/** The cookie that the frames read: the active logins of this browser, separated by slashes. */
export const SESSION_COOKIE = 'KEYCLOAK_SESSION';

/** Script: tests whether the frame has access to cookies. Assumes access if the browser cannot tell. */
const STORAGE_ACCESS = `const hasAccess = () => ('hasStorageAccess' in document ? document.hasStorageAccess() : Promise.resolve(true));`;

const TEST_COOKIE = 'NV_AUTH_MOCK_3P';

/**
 * The script of the first frame. keycloak-js loads it into a hidden frame, to learn whether frames get cookies. Both
 * frames post Keycloak's messages `supported` and `unsupported`. It takes two frames, because a cookie that was set is
 * proved only by a second request.
 */
const STEP_1 = `${STORAGE_ACCESS}
hasAccess().then((may) => {
  if (!may) return parent.postMessage('unsupported', '*');
  document.cookie = '${TEST_COOKIE}=1; Max-Age=60; SameSite=None; Secure';
  document.cookie = '${TEST_COOKIE}_LAX=1; Max-Age=60';
  location.replace('step2.html');
});`;

/** The script of the second frame, which reads and deletes the cookie of the first one. */
const STEP_2 = `const found = document.cookie.includes('${TEST_COOKIE}');
document.cookie = '${TEST_COOKIE}=; Max-Age=0; SameSite=None; Secure';
document.cookie = '${TEST_COOKIE}_LAX=; Max-Age=0';
parent.postMessage(found ? 'supported' : 'unsupported', '*');`;

/**
 * The script of the frame that answers the message `<client id> <sid>` with `unchanged`, `changed` or `error` (OpenID
 * Connect Session Management 1.0, 4.2). It asks the server once per client and origin whether it may answer, and then
 * compares the cookie.
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

/** The scripts of the frames, by the last segment of their path. */
const SCRIPTS = { 'step1.html': STEP_1, 'step2.html': STEP_2, 'login-status-iframe.html': LOGIN_STATUS } as const;

/** Renders a page with only a script, which other sites may frame. @param name the last segment of its path */
export function renderSessionFrame(name: keyof typeof SCRIPTS): Outcome<200, Buffer> {
  return renderDocument(200, { title: name, body: '', script: SCRIPTS[name], isFrame: true });
}
