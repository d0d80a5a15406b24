import { type Option, oneOf, type ValuesOf } from '../../contract/option.ts';

/** The options of Cloud Functions. Other services with these profiles use them too. */
export const OPTIONS = {
  nvcf: {
    argument: 'PROFILE',
    description:
      'documented or open-source: whether Cloud Functions follows the service-keys page or the published code',
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
  nvcfTrustedIssuer: {
    argument: 'ISSUER=URL|FILE',
    repeatable: true,
    description:
      'an additional issuer that `open-source` accepts, given as the `iss` of its tokens and its JWK set; rights come from the claim `scopes`, and `sub` is a client of the account',
    fallback: [] as readonly string[],
    expected: 'an issuer, `=`, and the URL or the path of its JWK set, such as `https://idp.example=jwks.json`',
    // Only the two parts are checked here. The issuer's keys are read when the server starts.
    read: (text: string) => (/^[^=]+=./s.test(text) ? [text] : undefined),
  },
  nvcfAdminIssuer: {
    argument: 'ISSUER',
    description: 'the `iss` of admin tokens with `open-source`; default: as in the published chart',
    fallback: 'http://api.nvcf.svc.cluster.local',
    expected: 'a non-empty string',
    read: (text: string) => (text === '' ? undefined : text),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
