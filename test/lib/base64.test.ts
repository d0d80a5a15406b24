import { expect, it } from 'vitest';
import { base64LengthOf, listEncodedForms } from '../../src/lib/redact.ts';

it.each(['', 'a', 'ab', 'abc', 'abcd'])(
  'a string after %j is found in Base64 by exactly one of its encoded forms',
  (before) => {
    const encoded = Buffer.from(`${before}nvapi-xyz`).toString('base64');
    const matching = listEncodedForms('nvapi-').filter(({ text }) => encoded.includes(text));

    expect(matching).toHaveLength(1);
    const [{ text, precedingLength } = { text: '', precedingLength: 0 }] = matching;
    expect((encoded.indexOf(text) - precedingLength) % 4).toBe(0);
  },
);

it.each([0, 1, 2, 3, 70])('the Base64 length of %d bytes equals that of Node', (bytes) => {
  expect(base64LengthOf(bytes)).toBe(Buffer.alloc(bytes).toString('base64').length);
});
