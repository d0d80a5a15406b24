import { expect, it } from 'vitest';
import { duration, megabytes, oneOf, onOff, path, wholeNumber } from '../../src/contract/option.ts';

interface Option {
  readonly expected: string;
  readonly read: (text: string) => unknown;
}

const cases: [kind: string, option: Option, good: [text: string, value: unknown][], bad: string[]][] = [
  [
    'a choice',
    oneOf(['a', '3.0']),
    [
      ['a', 'a'],
      ['3.0', '3.0'],
      ['3', '3.0'],
    ],
    ['b', 'A', ''],
  ],
  [
    'an integer',
    wholeNumber(1, 10),
    [
      ['1', 1],
      ['10', 10],
    ],
    ['0', '11', '1.5', '-1', '1e1', ''],
  ],
  [
    'a size',
    megabytes(1, 2048),
    [
      ['1', 1],
      ['256MB', 256],
      ['256 mb', 256],
      ['2GB', 2048],
    ],
    ['0', '3GB', '2049', '1.5GB', '1kB', '1M', '-1', ''],
  ],
  [
    'a duration',
    duration,
    [
      ['1ms', 1],
      ['15m', 900_000],
    ],
    ['0s', 'long', ''],
  ],
  ['a path', path, [['/a', '/a']], ['']],
  [
    'a switch',
    onOff,
    [
      ['on', true],
      ['TRUE', true],
      ['1', true],
      ['off', false],
      ['0', false],
    ],
    ['yes', 'constructor', ''],
  ],
];

it.each(cases)(
  '%s is parsed from a string, or rejected with the expected value',
  (_kind, { expected, read }, good, bad) => {
    expect(good.map(([text]) => [text, read(text)])).toEqual(good);
    expect(bad.filter((text) => read(text) !== undefined)).toEqual([]);
    expect(expected).not.toBe('');
  },
);
