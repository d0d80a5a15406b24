import type { WireAnswer } from '../answer.ts';

/** Ways in which a body can be wrong although it arrives whole, as HTTP sees it. */
export type Spoiling = 'empty' | 'truncated' | 'garbage';

/** None of them can begin a character of UTF-8, so this is no JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

/** A body made wrong: the same in every run. What is empty stays so. */
export function spoiled(payload: WireAnswer['payload'], how: Spoiling): WireAnswer['payload'] {
  if (payload === undefined || payload.length === 0) return payload;
  if (how === 'empty') return '';
  const bytes = Buffer.from(payload);
  if (how === 'truncated') return bytes.subarray(0, Math.floor(bytes.length / 2));
  return Buffer.alloc(bytes.length, GARBAGE, 'hex');
}
