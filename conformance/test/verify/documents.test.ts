import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { changeExample, createExample, KINDS } from './kinds.ts';

const OURS = parseOpenApi(createExample(), 'ours');

describe('a change of a document is reported as exactly one difference', () => {
  it.each(KINDS)('$title', async ({ edits, id, class: differenceClass }) => {
    const theirs = parseOpenApi(changeExample(...edits), 'theirs');
    const { differences } = await compareDocuments(theirs, OURS);

    expect(differences.map((difference) => [difference.id, difference.class])).toEqual([[id, differenceClass]]);
  });

  it('for 27 kinds of changes', () => {
    expect(new Set(KINDS.map(({ title }) => title)).size).toBe(27);
  });
});
