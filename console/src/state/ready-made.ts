import { shellQuoted } from '../../../src/console-entry.ts';
import { addressOf } from '../control-api/client.ts';
import type { Credential, Identity } from './identities.ts';

/** Returns the base URL of this world for clients. */
export function baseUrl(): string {
  return location.origin + addressOf('');
}

/** The data needed to act as an identity. */
type Callable = Pick<Identity, 'services' | 'credentials'>;

/** A first call to each service that any caller may try. */
export const FIRST_CALLS: Readonly<Record<string, string>> = {
  nvcf: '/v2/nvcf/functions',
  air: '/api/v3/simulations/',
};

/** Returns a shell command that calls a service as an identity, including the secret. */
export function toCurl({ services, credentials: [credential] }: Callable): string | null {
  if (credential === undefined) return null;
  if (credential.kind !== 'key') {
    const body = JSON.stringify(tokenRequest(credential));
    return `curl -s ${shellQuoted(`${baseUrl()}/api/v1/token`)} -H 'content-type: application/json' -d ${shellQuoted(body)}`;
  }
  const path = services.map((service) => FIRST_CALLS[service]).find((path) => path !== undefined);
  if (path === undefined) return null;
  return `curl -s ${shellQuoted(baseUrl() + path)} -H ${shellQuoted(`Authorization: Bearer ${credential.text}`)}`;
}

/** Returns the token request of a Run:ai identity. */
export function tokenRequest(credential: Exclude<Credential, { readonly kind: 'key' }>): object {
  if (credential.kind === 'client') {
    return { grantType: 'client_credentials', clientId: credential.id, clientSecret: credential.secret };
  }
  if (credential.kind === 'application') {
    return { grantType: 'app_token', AppId: credential.id, AppSecret: credential.secret };
  }
  return { grantType: 'password', clientId: 'runai-cli', username: credential.email, password: credential.password };
}

/** Returns shell variables for an identity, with the names that `nv-auth-mock env` uses. */
export function toEnv({ services, credentials: [credential] }: Callable): string | null {
  if (credential === undefined) return null;
  const lines: (readonly [string, string])[] = [];
  if (credential.kind === 'key') {
    lines.push(['NGC_API_KEY', credential.text]);
    if (services.includes('nvcf')) lines.push(['NVCF_BASE_URL', baseUrl()]);
    if (services.includes('nvct')) lines.push(['NVCF_BASE_NVCT_URL', baseUrl()]);
    if (services.includes('catalogue'))
      lines.push(['NVIDIA_BASE_URL', `${baseUrl()}/integrate/v1`], ['NVIDIA_API_KEY', credential.text]);
    if (services.includes('air')) lines.push(['AIR_API_URL', baseUrl()]);
  } else {
    lines.push(['RUNAI_BASE_URL', baseUrl()]);
    if (credential.kind !== 'password') {
      lines.push(['RUNAI_CLIENT_ID', credential.id], ['RUNAI_CLIENT_SECRET', credential.secret]);
    }
  }
  return lines.map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`).join('');
}
