import { duration, type Option, oneOf, type ValuesOf } from '../../core/option.ts';
import { PROPAGATION_MODES } from '../../core/propagation.ts';

/** When edits of service keys take effect. */
export const OPTIONS = {
  propagation: {
    argument: 'MODE',
    description: 'off, fixed or jitter: when edited service keys begin to count',
    fallback: 'off',
    ...oneOf(PROPAGATION_MODES),
  },
  propagationDelay: {
    argument: 'DURATION',
    description: 'how long an edited service key is judged by its previous policy',
    fallback: 900_000,
    ...duration,
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../core/settings.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
