import { type Option, oneOf, type ValuesOf } from '../../definitions/option.ts';

export const OPTIONS = {
  nvcf: {
    argument: 'PROFILE',
    description: 'documented or open-source: Cloud Functions by the service-keys page or the published code',
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
  nvcfTrustedIssuer: {
    argument: 'ISSUER=URL|FILE',
    repeatable: true,
    description:
      "an issuer whose tokens `open-source` accepts too, by the `iss` of its tokens, and its JWK set; the claim `scopes` says their rights, `sub` their account's client",
    fallback: [] as readonly string[],
    expected: 'an issuer, `=`, and the URL or the path of its JWK set, such as `https://idp.example=jwks.json`',
    read: (text: string) => (/^[^=]+=./s.test(text) ? [text] : undefined),
  },
  nvcfAdminIssuer: {
    argument: 'ISSUER',
    description: "the `iss` of administrators' tokens of `open-source`; default: as in the published chart",
    fallback: 'http://api.nvcf.svc.cluster.local',
    expected: 'a text that is not empty',
    read: (text: string) => (text === '' ? undefined : text),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../definitions/settings.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
