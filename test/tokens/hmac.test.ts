import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { createHmacFunction } from '../../src/tokens/derivation.ts';

const TEXTS = ['', 'a', 'an id', 'Schlüssel ☃ \u{1f511}', 'x'.repeat(500), '\ud800'];

it.each(['sha256', 'sha3-256'] as const)('an HMAC with %s equals that of Node', (algorithm) => {
  for (const key of ['k', 'a-world:secret-0', `${'w'.repeat(32)}:${'u'.repeat(31)}`]) {
    const hmac = createHmacFunction(algorithm, key);
    for (const text of TEXTS) {
      for (const encoding of ['hex', 'base64url', 'binary'] as const) {
        expect(hmac(text, encoding)).toBe(createHmac(algorithm, key).update(text).digest(encoding));
      }
    }
  }
});
