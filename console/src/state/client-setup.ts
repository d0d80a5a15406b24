import { quoteForShell } from '../../../src/console-entry.ts';
import { addressOf } from '../control-api/client.ts';
import type { Credential, Identity } from './identities.ts';

/** Returns the base URL of this world for clients. */
export function getBaseUrl(): string {
  return location.origin + addressOf('');
}

/** A credential that is exchanged for a token. */
export type RunaiCredential = Exclude<Credential, { readonly kind: 'key' }>;

/** The parts of an identity that a client needs to act as it. */
type CredentialHolder = Pick<Identity, 'services' | 'credentials'>;

/** The path of a first call to a service, a list without parameters. */
export const FIRST_CALLS: Readonly<Record<string, string>> = {
  nvcf: '/v2/nvcf/functions',
  air: '/api/v3/simulations/',
};

/** Returns a shell command that calls a service as an identity, with its secret; null if there is none. */
export function toIdentityCurl({ services, credentials: [credential] }: CredentialHolder): string | null {
  if (credential === undefined) return null;
  if (credential.kind !== 'key') {
    const body = JSON.stringify(createTokenRequest(credential));
    return `curl -s ${quoteForShell(`${getBaseUrl()}/api/v1/token`)} -H 'content-type: application/json' -d ${quoteForShell(body)}`;
  }
  const path = services.map((service) => FIRST_CALLS[service]).find((firstCall) => firstCall !== undefined);
  if (path === undefined) return null;
  return `curl -s ${quoteForShell(getBaseUrl() + path)} -H ${quoteForShell(`Authorization: Bearer ${credential.text}`)}`;
}

/** Returns the token request of a Run:ai identity. */
export function createTokenRequest(credential: RunaiCredential): object {
  if (credential.kind === 'client') {
    return { grantType: 'client_credentials', clientId: credential.id, clientSecret: credential.secret };
  }
  if (credential.kind === 'application') {
    return { grantType: 'app_token', AppId: credential.id, AppSecret: credential.secret };
  }
  return { grantType: 'password', clientId: 'runai-cli', username: credential.email, password: credential.password };
}

/** Returns shell variables for an identity, with the names that `nv-auth-mock env` uses. */
export function toEnv({ services, credentials: [credential] }: CredentialHolder): string | null {
  if (credential === undefined) return null;
  const variables =
    credential.kind === 'key' ? listKeyVariables(services, credential.text) : listRunaiVariables(credential);
  return variables.map(([name, value]) => `export ${name}=${quoteForShell(value)}\n`).join('');
}

type Variables = readonly (readonly [name: string, value: string])[];

function listKeyVariables(services: readonly string[], key: string): Variables {
  const variables: (readonly [string, string])[] = [['NGC_API_KEY', key]];
  if (services.includes('nvcf')) variables.push(['NVCF_BASE_URL', getBaseUrl()]);
  if (services.includes('nvct')) variables.push(['NVCF_BASE_NVCT_URL', getBaseUrl()]);
  if (services.includes('catalogue')) {
    variables.push(['NVIDIA_BASE_URL', `${getBaseUrl()}/integrate/v1`], ['NVIDIA_API_KEY', key]);
  }
  if (services.includes('air')) variables.push(['AIR_API_URL', getBaseUrl()]);
  return variables;
}

/** A password has no variables: clients use the credentials of an application. */
function listRunaiVariables(credential: RunaiCredential): Variables {
  const url = ['RUNAI_BASE_URL', getBaseUrl()] as const;
  if (credential.kind === 'password') return [url];
  return [url, ['RUNAI_CLIENT_ID', credential.id], ['RUNAI_CLIENT_SECRET', credential.secret]];
}
