import type { SpoiledBody } from '../../faults/fault.ts';
import type { WireAnswer } from '../answer.ts';

/** None of them can begin a character of UTF-8, so this is no JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

/** A slow body is a right one: only how it is sent is different. */
const SPOILED: Readonly<Record<Exclude<SpoiledBody, 'slow'>, (bytes: Buffer) => string | Buffer>> = {
  empty: () => '',
  truncated: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  garbage: (bytes) => Buffer.alloc(bytes.length, GARBAGE, 'hex'),
};

/** A body made wrong: the same in every run. What is empty stays so. */
export function spoiled(payload: WireAnswer['payload'], how: keyof typeof SPOILED): WireAnswer['payload'] {
  return payload === undefined || payload.length === 0 ? payload : SPOILED[how](Buffer.from(payload));
}
