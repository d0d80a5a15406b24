import { expect, it } from 'vitest';
import { base64Length, encodedForms } from '../../src/text/base64.ts';

it.each(['', 'a', 'ab', 'abc', 'abcd'])('a text behind %j is found in base64 by one of its forms', (before) => {
  const encoded = Buffer.from(`${before}nvapi-xyz`).toString('base64');
  const found = encodedForms('nvapi-').filter(({ text }) => encoded.includes(text));

  expect(found).toHaveLength(1);
  const [{ text, before: signs } = { text: '', before: 0 }] = found;
  expect((encoded.indexOf(text) - signs) % 4).toBe(0);
});

it.each([0, 1, 2, 3, 70])('%d bytes take as many characters as Node writes for them', (bytes) => {
  expect(base64Length(bytes)).toBe(Buffer.alloc(bytes).toString('base64').length);
});
