import { type Option, oneOf, type ValuesOf } from '../../contract/option.ts';

export const OPTIONS = {
  air: {
    argument: 'VERSION',
    description: 'version of Air: 2.0 or dsx',
    fallback: '2.0',
    ...oneOf(['2.0', 'dsx']),
  },
  airBadCredentials: {
    argument: '403|401',
    description: 'status of an invalid key at Air',
    fallback: 403,
    expected: '`403` or `401`',
    read: (text) => ([401, 403] as const).find((status) => String(status) === text),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}
