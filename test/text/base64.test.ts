import { expect, it } from 'vitest';
import { base64LengthOf, listEncodedForms } from '../../src/text/base64.ts';

it.each(['', 'a', 'ab', 'abc', 'abcd'])('a text behind %j is found in base64 by one of its forms', (before) => {
  const encoded = Buffer.from(`${before}nvapi-xyz`).toString('base64');
  const found = listEncodedForms('nvapi-').filter(({ text }) => encoded.includes(text));

  expect(found).toHaveLength(1);
  const [{ text, precedingLength } = { text: '', precedingLength: 0 }] = found;
  expect((encoded.indexOf(text) - precedingLength) % 4).toBe(0);
});

it.each([0, 1, 2, 3, 70])('%d bytes take as many characters as Node writes for them', (bytes) => {
  expect(base64LengthOf(bytes)).toBe(Buffer.alloc(bytes).toString('base64').length);
});
