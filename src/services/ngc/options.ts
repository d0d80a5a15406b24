import { duration, type Option, oneOf, type ValuesOf } from '../../contract/option.ts';
import { PROPAGATION_MODES } from '../ngc-keys/propagation.ts';

export const OPTIONS = {
  propagation: {
    argument: 'MODE',
    description: 'when edits of service keys take effect: off, fixed or jitter',
    fallback: 'off',
    ...oneOf(PROPAGATION_MODES),
  },
  propagationDelay: {
    argument: 'DURATION',
    description: 'how long the previous policy of an edited key stays in effect',
    fallback: 900_000,
    ...duration,
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
