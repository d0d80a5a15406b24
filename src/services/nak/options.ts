import { type Option, oneOf, type ValuesOf } from '../../core/option.ts';

export const OPTIONS = {
  keyCache: {
    argument: 'MODE',
    description:
      'off, or documented: with --nvcf open-source, services go on accepting a key for a minute after it changed',
    fallback: 'off',
    ...oneOf(['off', 'documented']),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../core/settings.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
