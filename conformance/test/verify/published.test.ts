import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyBaseline, type Baseline, readBaseline } from '../../src/verify/baseline.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

const json = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

/**
 * `published/` contains the published documents of vendors without descriptions. After an intended change:
 * `npx --no-install nv-auth-mock verify --spec conformance/published/NAME.json --document NAME --baseline openapi/SERVICE/baseline.json --update-baseline`
 */
const PUBLISHED = readdirSync(new URL('../../published/', import.meta.url)).map((file) => file.replace(/\.json$/, ''));

describe.each(PUBLISHED)('the document %s', async (name) => {
  const file = `openapi/${name.replace(/\..*$/, '')}/baseline.json`;
  const theirs = parseOpenApi(json(`../../published/${name}.json`), 'the published document');
  const compared = await compareDocuments(theirs, parseOpenApi(json(`../../../dist/openapi/${name}.json`), name));
  const baseline: Baseline = readBaseline(json(`../../../${file}`), file);
  const verdict = applyBaseline(compared.differences, baseline, name, file);

  it('contains all published paths', () => {
    expect(compared.otherPaths).toBe(0);
    expect(compared.operations).toBeGreaterThan(0);
  });

  it('differs from the published document exactly by the differences of the baseline', () => {
    expect([verdict.failing, verdict.stale]).toEqual([[], []]);
  });

  it('has a reason and a source for each difference', () => {
    const entries = [...baseline.differences, ...(baseline.patterns ?? [])];

    expect(entries.filter(({ reason, source }) => [reason, source].some((text) => (text ?? '').trim() === ''))).toEqual(
      [],
    );
  });
});

it('the published statuses of Run:ai are the documented statuses without those of the mock', () => {
  const theirs = json('../../published/runai.2.24.json').paths;
  const ours = json('../../../dist/openapi/runai.2.24.json').paths;
  const { operations } = json('../../../dist/operations/runai.2.24.json');
  const withoutNames = (path: string) => path.replaceAll(/\{[^{}]*\}/g, '{}');
  const published = new Map(
    Object.entries(theirs).map(([path, item]) => [withoutNames(path), item as Record<string, never>]),
  );
  let compared = 0;
  for (const { method, path, statusesOfOurs } of operations) {
    const operation = published.get(withoutNames(path))?.[method.toLowerCase()] as { responses: object } | undefined;
    if (operation === undefined) continue;
    const served = Object.keys(ours[path][method.toLowerCase()].responses).map(Number);
    const documented = served.filter((status) => !statusesOfOurs.includes(status));
    expect(documented, `${method} ${path}`).toEqual(Object.keys(operation.responses).map(Number));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(50);
});

it('all published documents are compared', () => {
  expect(PUBLISHED).toEqual(['air.2.0', 'nak', 'nvcf', 'nvct', 'runai.2.24']);
});
