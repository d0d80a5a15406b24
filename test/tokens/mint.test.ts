import { describe, expect, it } from 'vitest';
import { mint, serializeAscii } from '../../src/tokens/keys.ts';
import { shippedKey } from '../support/tokens.ts';

const awkward = { name: 'Zoë ~ 名前 🔑', accessRequest: 'why? > because\u007f' };

describe('the payload of a token', () => {
  it('is ASCII without the characters that differ between Base64 and base64url', () => {
    const text = serializeAscii(awkward);

    expect(text).toMatch(/^[ -~]+$/);
    expect(text).not.toMatch(/[?>~]/);
    expect(JSON.parse(text)).toEqual(awkward);
  });

  it('is encoded without `-` and `_`, whatever its content', async () => {
    for (let shift = 0; shift < 30; shift++) {
      const token = await mint({ shift: 'x'.repeat(shift), ...awkward }, shippedKey);
      const payload = token.split('.')[1] as string;

      expect(payload).not.toMatch(/[-_]/);
      expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject(awkward);
    }
  });
});
