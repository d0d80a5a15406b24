import type { SpoiledBody } from '../../faults/fault.ts';
import type { Payload } from '../streamed.ts';

/** No byte can begin a UTF-8 character, so this is not JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

const SPOILED: Readonly<Record<Exclude<SpoiledBody, 'slow'>, (bytes: Buffer) => string | Buffer>> = {
  empty: () => '',
  truncated: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  garbage: (bytes) => Buffer.alloc(bytes.length, GARBAGE, 'hex'),
};

/** Corrupts a body, the same way in every run. A stream, an empty body and a slow one stay as they are. */
export function spoil(payload: Payload, how: SpoiledBody | undefined): Payload {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
  return how === undefined || how === 'slow' || !isWhole || payload.length === 0
    ? payload
    : SPOILED[how](Buffer.from(payload));
}
