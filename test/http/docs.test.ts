import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderYaml } from '../../src/http/docs.ts';
import { roundsOf } from '../support/properties.ts';

const texts = fc.oneof(
  fc.constantFrom('/api/v1/keys/{id}', 'paths', '', 'x'.repeat(1100)),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(' a\n  b\n', 'a: b', '{}', 'x '.repeat(60), '\n', '#'),
);

it('renders YAML with the content of the object', async () => {
  const values = fc.dictionary(texts, fc.dictionary(texts, fc.jsonValue()));
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      const json = JSON.parse(JSON.stringify(value));
      expect(parse(await renderYaml(json))).toEqual(Object.keys(json).length === 0 ? null : json);
    }),
    { numRuns: roundsOf(500, 0.1) },
  );
});
