import { type HintRule, linesOf, type RefusedRequest, type SentCredential } from './refused-request.ts';

/** Describes the apparent kind of a credential, without revealing any of it. */
function describeCredentialKind(text: string): string {
  if (/^nvapi-/i.test(text)) return 'an NGC key';
  return /^eyJ[\w-]+\.[\w-]+\./.test(text) ? 'a JWT' : 'a credential';
}

function findMalformedHeader({ problem, credential }: RefusedRequest): SentCredential | null {
  return problem.reason === 'wrong_scheme' ? credential : null;
}

function isSpelledBearer(refused: RefusedRequest): boolean {
  return /^\s*Bearer\b/.test(linesOf(refused, 'authorization')[0] ?? '');
}

/** Placeholders that were not replaced by a token, and masked credentials. */
const PLACEHOLDER =
  /^(?:undefined|null|none|nil|nan|true|false|token|access_?token|api_?key|your[-_ ].{0,60}|\[object \w{1,20}\]|<.{0,60}>|\$\{?.{0,60}\}?|\{\{?.{0,60}\}\}?|%\w{1,60}%|[\w-]{0,16}\*{3,80}[\w-]{0,16})$/i;

/** Schemes that hints may quote, because they are not secret. */
const QUOTABLE_SCHEMES: ReadonlySet<string> = new Set([
  'apikey',
  'api-key',
  'digest',
  'dpop',
  'hawk',
  'jwt',
  'key',
  'negotiate',
  'ntlm',
  'oauth',
  'token',
]);

/** Headers in which other vendors' APIs read credentials, and misspellings of `Authorization`. */
const OTHER_HEADERS = [
  'x-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'token',
  'access-token',
  'authentication',
  'authorisation',
  'auth',
  'x-authorization',
  'proxy-authorization',
] as const;
/** Query parameters in which other vendors' APIs read credentials. */
const OTHER_PARAMETERS = ['access_token', 'api_key', 'apikey', 'api-key', 'token', 'key', 'authorization'] as const;

const RFC_6750 = { source: 'RFC 6750, 2.1: `Authorization: Bearer <token>`', certainty: 'documented' } as const;
const FREQUENT_MISTAKE = { source: 'a frequent mistake of clients', certainty: 'ours' } as const;

/** The Basic user with which NGC exchanges a key for a token. */
const NGC_USER = '$oauthtoken:';

/** Returns whether the request tries to exchange an NGC key for a token, other than by `GET /token` with `ApiKey`. */
function isExchange({ problem, path, query, credential }: RefusedRequest): boolean {
  if (!/\/token\/?$/.test(path)) return false;
  const isOfRegistry = /^ngc\b/.test(String(query['service']));
  if (problem.reason === 'no_token') return path === '/token' && isOfRegistry;
  return problem.kind === 'unknown_path' && (hasNgcUser(credential) || isOfRegistry);
}

function hasNgcUser(credential: SentCredential | null): boolean {
  if (credential?.scheme !== 'basic') return false;
  return Buffer.from(credential.text.slice(0, 4 * NGC_USER.length), 'base64')
    .toString('latin1')
    .startsWith(NGC_USER);
}

export const AUTHORIZATION_HINTS: readonly HintRule[] = [
  {
    code: 'oauthtoken_exchange',
    symptom: '`$oauthtoken` and a key as Basic authentication, or `/token?service=ngc`',
    source: "NGC's SDK exchanges older keys at `authn.nvidia.com/token`",
    certainty: 'observed',
    isOnly: true,
    when: (refused) => {
      const isKeyByBasic =
        refused.problem.reason === 'wrong_scheme' && refused.service !== 'runai' && hasNgcUser(refused.credential);
      if (!isKeyByBasic && !isExchange(refused)) return null;
      return "NGC's exchange of `$oauthtoken` is not emulated: send the key as `Authorization: Bearer nvapi-...` to the service itself, or as `Authorization: ApiKey nvapi-...` to `GET /token`.";
    },
  },
  {
    code: 'several_authorization_headers',
    symptom: 'more than one `Authorization` header',
    source: 'RFC 9110, 5.3: a field that is not a list is sent once',
    certainty: 'documented',
    when: (refused) => {
      const { length } = linesOf(refused, 'authorization');
      const { kind } = refused.problem;
      if (length < 2 || (kind !== 'unauthenticated' && kind !== 'invalid_request')) return null;
      return `The request has ${length} \`Authorization\` headers, which is ambiguous. Send only one. A proxy, an interceptor or session defaults may have added the rest.`;
    },
  },
  {
    code: 'credential_elsewhere',
    symptom: 'a credential in another header or a parameter, such as `X-Api-Key` or `access_token`',
    ...RFC_6750,
    when: (refused) => {
      if (refused.problem.reason !== 'no_token') return null;
      const header = OTHER_HEADERS.find((name) => refused.headers.has(name));
      const parameter = OTHER_PARAMETERS.find((name) => Object.hasOwn(refused.query, name));
      if (header === undefined && parameter === undefined) return null;
      const subject = header !== undefined ? `The \`${header}\` header` : `The query parameter \`${parameter}\``;
      return `${subject} may contain a credential, but this API does not read it. Send \`Authorization: Bearer <token>\`.`;
    },
  },
  {
    code: 'empty_bearer',
    symptom: '`Authorization: Bearer` without a token',
    ...RFC_6750,
    when: (refused) => {
      const sent = findMalformedHeader(refused);
      if (sent === null || sent.scheme !== '' || !/^(?:bearer)?:?$/i.test(sent.text)) return null;
      return 'The `Authorization` header has no token. Send `Bearer <token>`. The variable that should contain the token may be empty.';
    },
  },
  {
    code: 'bearer_missing',
    symptom: '`Authorization: <token>` without a scheme or a space',
    ...RFC_6750,
    when: (refused) => {
      const sent = findMalformedHeader(refused);
      if (sent === null || sent.scheme !== '' || /^(?:bearer|basic)?:?$/i.test(sent.text)) return null;
      if (/^bearer/i.test(sent.text)) return 'The space between `Bearer` and the token is missing. Add it.';
      return `The \`Authorization\` header contains ${describeCredentialKind(sent.text)} without a scheme. Put \`Bearer\` and a space in front.`;
    },
  },
  {
    code: 'bearer_twice',
    symptom: '`Authorization: Bearer Bearer <token>`',
    ...RFC_6750,
    when: ({ problem, credential }) => {
      if (problem.kind !== 'unauthenticated' || credential?.scheme !== 'bearer') return null;
      if (!/^bearer\b/i.test(credential.text)) return null;
      return 'The `Authorization` header contains `Bearer` twice. The client adds it, so pass it the bare token.';
    },
  },
  {
    code: 'bearer_lower_case',
    symptom: '`Authorization: bearer <token>` with `--nvcf open-source`',
    source: 'published control-plane code of Cloud Functions; elsewhere the case does not matter (RFC 9110, 11.1)',
    certainty: 'documented',
    when: (refused) => {
      const sent = findMalformedHeader(refused);
      if (sent?.scheme !== 'bearer' || isSpelledBearer(refused)) return null;
      return 'The scheme must be spelled `Bearer`, because the published code of the service compares it case-sensitively.';
    },
  },
  {
    code: 'basic_for_bearer',
    symptom: '`Authorization: Basic ...`',
    ...RFC_6750,
    when: (refused) => {
      const sent = findMalformedHeader(refused);
      if (sent === null || (sent.scheme !== 'basic' && !/^basic$/i.test(sent.text))) return null;
      if (refused.service !== 'runai') {
        return 'The request uses Basic authentication. Send the NGC key or token itself: `Authorization: Bearer nvapi-...`, without a user and without Base64.';
      }
      return 'The request uses Basic authentication, but this operation needs `Authorization: Bearer <token>`. First exchange the client id and secret, or the user and password, for a token at the token endpoint.';
    },
  },
  {
    code: 'other_scheme',
    symptom: 'another scheme, such as `Token` or `Bearer:`',
    ...RFC_6750,
    when: (refused) => {
      const sent = findMalformedHeader(refused);
      if (sent === null || sent.scheme === '' || sent.scheme === 'basic') return null;
      if (isSpelledBearer(refused) || /^bearer\W/.test(sent.scheme)) {
        return 'There are extra characters between `Bearer` and the token. Send `Bearer`, one space and the token.';
      }
      if (sent.scheme === 'bearer') return null;
      const named = QUOTABLE_SCHEMES.has(sent.scheme) ? `the scheme \`${sent.scheme}\`` : 'another scheme';
      return `The \`Authorization\` header has ${named}, but \`Bearer\` is expected. Send \`Bearer <token>\`.`;
    },
  },
  {
    code: 'placeholder_as_token',
    symptom: 'a word instead of the token: `undefined`, `null`, `$TOKEN`, `<token>`, `****`',
    ...FREQUENT_MISTAKE,
    isOnly: true,
    when: ({ problem, credential, service }) => {
      if (problem.kind !== 'unauthenticated' || credential === null || !PLACEHOLDER.test(credential.text)) return null;
      const form = service === 'runai' ? '' : ' An NGC key is `nvapi-` and 64 characters.';
      return `The header has a placeholder such as \`undefined\`, \`$TOKEN\` or \`<token>\` instead of a token, or a masked one (\`****\`). The variable for the token is not set, was not substituted, or has a copy from a page that hides the token.${form}`;
    },
  },
];
