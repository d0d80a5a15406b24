import type { SpoiledBody } from '../../faults/fault.ts';
import type { WireAnswer } from '../answer.ts';

/** No byte can begin a UTF-8 character, so this is not JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

/** A slow body is intact: only its delivery is different. */
const SPOILED: Readonly<Record<Exclude<SpoiledBody, 'slow'>, (bytes: Buffer) => string | Buffer>> = {
  empty: () => '',
  truncated: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  garbage: (bytes) => Buffer.alloc(bytes.length, GARBAGE, 'hex'),
};

/** Corrupts a body, the same way in every run. An empty body stays empty. */
export function spoil(payload: WireAnswer['payload'], how: keyof typeof SPOILED): WireAnswer['payload'] {
  return payload === undefined || payload.length === 0 ? payload : SPOILED[how](Buffer.from(payload));
}
