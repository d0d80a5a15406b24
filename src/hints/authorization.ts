import type { HintRule } from './hint.ts';
import { linesOf, type RefusedRequest, type SentCredential } from './refused-request.ts';

/** What a credential seems to be, in words that give nothing of it away. */
export function describeCredential(text: string): string {
  if (/^nvapi-/i.test(text)) return 'an NGC key';
  return /^eyJ[\w-]+\.[\w-]+\./.test(text) ? 'a JWT' : 'a credential';
}

/** The header of a request that was refused for its form; null for any other request. */
function misformed({ problem, credential }: RefusedRequest): SentCredential | null {
  return problem.reason === 'wrong_scheme' ? credential : null;
}

/** Is the scheme spelled as in the standard? */
function saysBearer(refused: RefusedRequest): boolean {
  return /^\s*Bearer\b/.test(linesOf(refused, 'authorization')[0] ?? '');
}

/** Words that stand where a token was to be put in. */
const PLACEHOLDER =
  /^(?:undefined|null|none|nil|nan|true|false|token|access_?token|api_?key|your[-_ ].{0,60}|\[object \w{1,20}\]|<.{0,60}>|\$\{?.{0,60}\}?|\{\{?.{0,60}\}\}?|%\w{1,60}%)$/i;

/** Schemes that may be named, because they are no secret. */
const SCHEMES: ReadonlySet<string> = new Set([
  ...['apikey', 'api-key', 'digest', 'dpop', 'hawk', 'jwt', 'key', 'negotiate', 'ntlm', 'oauth', 'token'],
]);

/** Places where other vendors' APIs look for a credential. */
const OTHER_HEADERS = [
  ...['x-api-key', 'api-key', 'apikey', 'x-auth-token', 'x-access-token', 'token', 'access-token'],
  ...['authentication', 'authorisation', 'auth', 'x-authorization', 'proxy-authorization'],
] as const;
const OTHER_PARAMETERS = ['access_token', 'api_key', 'apikey', 'api-key', 'token', 'key', 'authorization'] as const;

const RFC_6750 = { source: 'RFC 6750, 2.1: `Authorization: Bearer <token>`', certainty: 'documented' } as const;
const OURS = { source: 'seen again and again in clients', certainty: 'ours' } as const;

/** Mistakes in the form of the header `Authorization`. */
export const AUTHORIZATION_HINTS: readonly HintRule[] = [
  {
    code: 'several_authorization_headers',
    sign: 'more than one header `Authorization`',
    cure: 'send one; a proxy, an interceptor or the defaults of a session may add the other',
    source: 'RFC 9110, 5.3: a field that is no list is sent once',
    certainty: 'documented',
    when: (refused) => {
      const { length } = linesOf(refused, 'authorization');
      const { kind } = refused.problem;
      if (length < 2 || (kind !== 'unauthenticated' && kind !== 'invalid_request')) return null;
      return `${length} headers \`Authorization\` were sent, and nothing says which one counts: send one. A proxy, an interceptor or the defaults of a session may add the other.`;
    },
  },
  {
    code: 'credential_elsewhere',
    sign: 'no header `Authorization`, but a header such as `X-Api-Key`, or a query parameter such as `access_token`',
    cure: 'send the credential as `Authorization: Bearer <token>`',
    ...RFC_6750,
    when: (refused) => {
      if (refused.problem.reason !== 'no_token') return null;
      const header = OTHER_HEADERS.find((name) => refused.headers.has(name));
      const parameter = OTHER_PARAMETERS.find((name) => Object.hasOwn(refused.query, name));
      if (header === undefined && parameter === undefined) return null;
      const where = header !== undefined ? `the header \`${header}\`` : `the query parameter \`${parameter}\``;
      return `A credential may be in ${where}, which is not read here: send it as \`Authorization: Bearer <token>\`.`;
    },
  },
  {
    code: 'empty_bearer',
    sign: '`Authorization: Bearer` with nothing behind it',
    cure: 'put the token there; the variable that should hold it may be empty',
    ...RFC_6750,
    when: (refused) => {
      const sent = misformed(refused);
      if (sent === null || sent.scheme !== '' || !/^(?:bearer)?:?$/i.test(sent.text)) return null;
      return 'The header `Authorization` has no token: send `Bearer <token>`. The variable that should hold the token may be empty.';
    },
  },
  {
    code: 'bearer_missing',
    sign: '`Authorization: <token>`, without a scheme, or without a space behind it',
    cure: 'send `Authorization: Bearer <token>`',
    ...RFC_6750,
    when: (refused) => {
      const sent = misformed(refused);
      if (sent === null || sent.scheme !== '' || /^(?:bearer|basic)?:?$/i.test(sent.text)) return null;
      if (/^bearer/i.test(sent.text)) return 'Between `Bearer` and the token a space is missing: put one there.';
      return `The header \`Authorization\` holds ${describeCredential(sent.text)} without a scheme: put \`Bearer\` and a space before it.`;
    },
  },
  {
    code: 'bearer_twice',
    sign: '`Authorization: Bearer Bearer <token>`',
    cure: 'give a client that writes `Bearer` by itself the bare token',
    ...RFC_6750,
    when: ({ problem, credential }) => {
      if (problem.kind !== 'unauthenticated' || credential?.scheme !== 'bearer') return null;
      if (!/^bearer\b/i.test(credential.text)) return null;
      return 'The header `Authorization` says `Bearer` twice: send it once. The client writes it by itself, so give it the bare token.';
    },
  },
  {
    code: 'bearer_lower_case',
    sign: '`Authorization: bearer <token>`, where the scheme has to be spelled `Bearer`: Cloud Functions as published',
    cure: 'write `Bearer`',
    source: 'published control-plane code of Cloud Functions; elsewhere the case does not matter (RFC 9110, 11.1)',
    certainty: 'documented',
    when: (refused) => {
      const sent = misformed(refused);
      if (sent?.scheme !== 'bearer' || saysBearer(refused)) return null;
      return 'The scheme has to be spelled `Bearer` here, with this case: the published code of the service compares it as it is.';
    },
  },
  {
    code: 'basic_for_bearer',
    sign: '`Authorization: Basic ...` on an operation that takes a bearer token',
    cure: 'send `Bearer <token>`: a client id and a secret are exchanged for a token first',
    ...RFC_6750,
    when: (refused) => {
      const sent = misformed(refused);
      if (sent === null || (sent.scheme !== 'basic' && !/^basic$/i.test(sent.text))) return null;
      return 'Basic authentication was sent, and this operation takes `Authorization: Bearer <token>`. Client id and secret, or user and password, are exchanged for a token at the token endpoint first.';
    },
  },
  {
    code: 'other_scheme',
    sign: 'a scheme that is neither `Bearer` nor `Basic`, such as `Token` or `Bearer:`',
    cure: 'send `Authorization: Bearer <token>`',
    ...RFC_6750,
    when: (refused) => {
      const sent = misformed(refused);
      if (sent === null || sent.scheme === '' || sent.scheme === 'basic') return null;
      if (saysBearer(refused) || /^bearer\W/.test(sent.scheme)) {
        return 'Something stands between `Bearer` and the token: send `Bearer`, one space and the token.';
      }
      if (sent.scheme === 'bearer') return null;
      const named = SCHEMES.has(sent.scheme) ? `\`${sent.scheme}\`` : 'another one';
      return `The scheme of the header \`Authorization\` has to be \`Bearer\`, and ${named} was sent: send \`Bearer <token>\`.`;
    },
  },
  {
    code: 'placeholder_as_token',
    sign: 'a word in place of the token: `undefined`, `null`, `$TOKEN`, `<token>`',
    cure: 'look where the token is put in: the variable is not set, or was not replaced',
    ...OURS,
    when: ({ problem, credential }) => {
      if (problem.kind !== 'unauthenticated' || credential === null || !PLACEHOLDER.test(credential.text)) return null;
      return 'In place of a token there is a placeholder, such as `undefined`, `$TOKEN` or `<token>`: the variable that should hold the token is not set, or was not replaced.';
    },
  },
];
