import { DURATION_FORMS, formatDuration, parseDuration } from '../lib/duration.ts';
import { own } from '../lib/members.ts';

export interface Option<Value = unknown> {
  readonly short?: string;
  /** The name of the value in help; absent for a switch. */
  readonly argument?: string;
  readonly repeatable?: boolean;
  /** A bare number is refused with its likely meanings. */
  readonly isDuration?: boolean;
  /** Its value is never printed. */
  readonly isSecret?: boolean;
  readonly description: string;
  readonly fallback: Value;
  /** Describes a valid value, for messages. */
  readonly expected: string;
  /** Undefined if the text is not valid. */
  readonly read: (text: string) => Value | undefined;
  /** The value in the syntax that is read; absent where it is written as it is. */
  show?(value: Value): string;
}

export type ValuesOf<Table extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never;
};

/** Accepts `3` for `3.0`, because YAML and JavaScript turn an unquoted `3.0` into the number 3. */
export const oneOf = <const Value extends string>(values: readonly Value[]) => ({
  expected: `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
  read: (text: string) => values.find((value) => value === text || value === `${text}.0`),
});

/** A size in megabytes, such as `256`, `256MB` or `1GB`. */
export const megabytes = (min: number, max: number) => ({
  expected: `a size from ${min} MB to ${max} MB, such as \`256MB\` or \`1GB\``,
  read: (text: string) => {
    const [, digits, gigabytes] = /^(\d{1,6}) ?(?:MB|(GB))?$/i.exec(text) ?? [];
    const size = Number(digits) * (gigabytes === undefined ? 1 : 1024);
    return size >= min && size <= max ? size : undefined;
  },
});

export const wholeNumber = (min: number, max: number) => ({
  expected: `a whole number from ${min} to ${max}`,
  read: (text: string) => (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
});

export const path = { expected: 'a path', read: (text: string) => (text === '' ? undefined : text) };

const SWITCH: Readonly<Record<string, boolean>> = { true: true, on: true, 1: true, false: false, off: false, 0: false };
export const onOff = { expected: '`on` or `off`', read: (text: string) => own(SWITCH, text.toLowerCase()) };

/** A positive duration, in milliseconds. */
export const duration = {
  isDuration: true,
  expected: DURATION_FORMS,
  read: (text: string) => parseDuration(text) ?? undefined,
  show: formatDuration,
} as const;
