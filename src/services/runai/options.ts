import { type Option, oneOf, onOff, type ValuesOf, wholeNumber } from '../../contract/option.ts';
import { isRedirectUri, REDIRECT_URI_FORM, splitClientUri } from './redirect-uris.ts';
import { DEFAULT_TOKEN_LIFETIMES, tokenLifetimesOption } from './token-lifetimes.ts';

/** Printable ASCII without `=`, which ends the client id. The control API has the same limit of 255 characters. */
const CLIENT_ID_AND_SEPARATOR = /^[!-<>-~]{1,255}=/;

/** The options of Run:ai. */
export const OPTIONS = {
  tokenLifetime: {
    argument: 'DURATIONS',
    description: 'lifetimes of Run:ai tokens and codes, each optional; a single duration applies to access tokens',
    fallback: DEFAULT_TOKEN_LIFETIMES,
    ...tokenLifetimesOption,
  },
  redirectUri: {
    argument: 'CLIENT=URL',
    repeatable: true,
    description: 'redirect URI of an OAuth client; an unknown client is added as a public client',
    fallback: [] as readonly string[],
    expected: `a client id and its redirect URI, such as \`my-app=http://localhost:5173/callback\`; the URI is ${REDIRECT_URI_FORM}`,
    read: (text: string) =>
      CLIENT_ID_AND_SEPARATOR.test(text) && isRedirectUri(splitClientUri(text).uri) ? [text] : undefined,
  },
  runai: {
    argument: 'VERSION',
    description: 'version of Run:ai: 2.19, 2.24, 2.25, 2.26 or 3.0',
    fallback: '2.24',
    ...oneOf(['2.19', '2.24', '2.25', '2.26', '3.0']),
  },
  runaiBadCredentials: {
    argument: '400|401',
    description: 'status of wrong credentials at the token endpoint',
    fallback: 400,
    expected: '`400` or `401`',
    read: (text) => {
      if (text === '400') return 400;
      if (text === '401') return 401;
      return undefined;
    },
  },
  runaiKeyLimit: {
    argument: 'N',
    description: 'maximum number of access keys per user',
    fallback: 20,
    ...wholeNumber(0, 1_000_000),
  },
  runaiRevokeOnDelete: {
    description: 'revoke the tokens of a credential when it is deleted or its secret is changed',
    fallback: false,
    ...onOff,
  },
  runaiIdp: {
    argument: 'URL|FILE',
    repeatable: true,
    description:
      'JWK set of the identity provider for `external_token_exchange`; repeat with `issuer=...` and `audience=...` to check these claims',
    fallback: [] as readonly string[],
    expected: 'a URL or a path, or `issuer=` or `audience=` with a value',
    read: (text: string) => (['', 'issuer=', 'audience='].includes(text) ? undefined : [text]),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
