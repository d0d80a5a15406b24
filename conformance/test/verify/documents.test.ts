import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { changed, exampleDocument, KINDS } from './kinds.ts';

const ours = parseOpenApi(exampleDocument(), 'ours');
const differences = async (document: object) =>
  (await compareDocuments(parseOpenApi(document, 'theirs'), ours)).differences;

describe('each kind of change is told once, and nothing besides', () => {
  it.each(KINDS)('$what', async ({ edits, id, class: found }) => {
    expect((await differences(changed(...edits))).map((one) => [one.id, one.class])).toEqual([[id, found]]);
  });

  it('they are 27', () => {
    expect(new Set(KINDS.map(({ what }) => what)).size).toBe(27);
  });
});
