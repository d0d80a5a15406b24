import { type Option, oneOf, type ValuesOf } from '../../core/option.ts';

export const OPTIONS = {
  nvcf: {
    argument: 'PROFILE',
    description: 'documented or open-source: Cloud Functions by the service-keys page or the published code',
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../core/settings.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
