import type { Context } from '../../contract/request.ts';
import { isLoopback } from '../../lib/hosts.ts';
import { SESSION_COOKIE } from './pages/session-frames.ts';
import { issuerPath, readRealm } from './tenant.ts';

/** Maximum number of logins in the cookie, to keep it small. */
const MAX_LOGINS = 8;

/**
 * Returns the cookie of a browser after a login. It has the active logins, for the frame of `check_session_iframe`, and
 * does not authenticate. Keycloak's cookie has a single login, because it has one session per browser.
 *
 * @param sid the new login
 */
export async function addLoginToCookie(context: Context, sid: string): Promise<string> {
  return renderCookie(context, [sid, ...readLogins(context).filter((login) => login !== sid)].slice(0, MAX_LOGINS));
}

/** Returns the cookie of a browser after a logout. @param sid the ended login; null for all logins of the browser */
export async function removeLoginFromCookie(context: Context, sid: string | null): Promise<string> {
  return renderCookie(context, sid === null ? [] : readLogins(context).filter((login) => login !== sid));
}

/** Returns the logins in the cookie of the request, the newest first. */
function readLogins(context: Context): readonly string[] {
  const pairs = context.headerLines('cookie').flatMap((line) => line.split(';'));
  const value = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${SESSION_COOKIE}=`));
  const logins = value?.slice(SESSION_COOKIE.length + 1).split('/') ?? [];
  return logins.filter((login) => LOGIN_PATTERN.test(login));
}

const LOGIN_PATTERN = /^[a-z0-9.-]{1,100}$/;

/** Renders the header `Set-Cookie`. Without logins, it deletes the cookie. */
async function renderCookie(context: Context, logins: readonly string[]): Promise<string> {
  const { protocol, host, pathname } = new URL(context.openOrigin);
  const path = `${pathname.replace(/\/$/, '')}${issuerPath(await readRealm(context))}/`;
  const maxAge = logins.length === 0 ? '; Max-Age=0' : '';
  // Browsers send only secure cookies to a frame on another site. They treat loopback names as secure.
  const isSecure = protocol === 'https:' || isLoopback(host);
  const sameSite = isSecure ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return `${SESSION_COOKIE}=${logins.join('/')}; Path=${path}${maxAge}; ${sameSite}`;
}
