import { type Option, oneOf, type ValuesOf } from '../../core/option.ts';

/** How Cloud Functions are emulated. */
export const OPTIONS = {
  nvcf: {
    argument: 'PROFILE',
    description: "documented or open-source: which reading of Cloud Functions' rules applies",
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../core/settings.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
