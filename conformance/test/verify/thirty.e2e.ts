import { expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { formatDifferences } from '../../src/verify/report.ts';
import { CHANGES, servedDocument } from './thirty.ts';

const OURS = parseOpenApi(servedDocument(), 'ours');

it.each(CHANGES.map((change) => [change.what, change] as const))(
  '%s: told once, and for whom',
  async (_what, change) => {
    const { apply, reported } = change;
    const theirs = servedDocument();
    apply(theirs);
    const { differences } = await compareDocuments(parseOpenApi(theirs, 'theirs'), OURS);

    const lines = formatDifferences(differences, false).map((line) => line.trim());
    // Every document that is extended has more answers of the shared error.
    expect(lines.map((line) => line.replace(/\b\d{3} times/, 'many times'))).toEqual(reported);
  },
);
