import { expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { formatDifferences } from '../../src/verify/report.ts';
import { CHANGES, servedDocument } from './thirty.ts';

const OURS = parseOpenApi(servedDocument(), 'ours');

it.each(CHANGES.map((change) => [change.what, change] as const))(
  'reports once, with its class: %s',
  async (_what, change) => {
    const { apply, reported } = change;
    const theirs = servedDocument();
    apply(theirs);
    const { differences } = await compareDocuments(parseOpenApi(theirs, 'theirs'), OURS);

    const lines = formatDifferences(differences, false).map((line) => line.trim());
    // The number of responses with the shared error depends on the size of the document.
    expect(lines.map((line) => line.replace(/\b\d{3} times/, 'many times'))).toEqual(reported);
  },
);
