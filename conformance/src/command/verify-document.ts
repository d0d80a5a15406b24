import {
  adviseName,
  documentNames,
  documentText,
  loadServices,
  readConfig,
  showValue,
  Unusable,
} from '../../../src/conformance-entry.ts';
import { type Baseline, judge, type Verdict, withReasons } from '../verify/baseline.ts';
import { oneLine } from '../verify/difference.ts';
import { type Compared, compareDocuments, sharedPaths } from '../verify/documents.ts';
import { countsOf, groupsOf, notesOf } from '../verify/report.ts';
import { createSource, type Source } from '../verify/source.ts';
import { readBaselineFile, writeBaselineFile } from './baseline-file.ts';
import { readVendorDocument } from './read-document.ts';

/** What to compare. */
export interface DocumentFlags {
  /** An OpenAPI 3 document, JSON or YAML: a file or a URL. */
  readonly spec: string;
  /** A document of the mock, such as `runai.2.24`. */
  readonly document?: string | undefined;
  /** A service, in its configured version. */
  readonly service?: string | undefined;
  /** A file of accepted differences. */
  readonly baseline?: string | undefined;
  readonly updateBaseline?: true | undefined;
  readonly json?: true | undefined;
  /** Prints a line for every place of a difference. */
  readonly all?: true | undefined;
}

/**
 * Compares a vendor's document with the mock's and prints the differences. The exit code is 0 if the baseline accepts all
 * of them, otherwise 1.
 */
export async function verifyDocument(flags: DocumentFlags): Promise<void> {
  const { spec, baseline: file, updateBaseline = false } = flags;
  if (updateBaseline && file === undefined) throw new Unusable('--update-baseline needs --baseline FILE.');
  const { name, content } = await readVendorDocument(spec, '--spec');
  const theirs = createSource(content, name);
  const before = file === undefined ? null : await readBaselineFile(file, updateBaseline);
  const [document, ours] = await documentFor(theirs, await candidatesOf(flags), before?.document ?? null);
  const compared = await compareDocuments(theirs, ours);
  const verdict = await verdictOf(compared, document, file, before, updateBaseline);
  if (flags.json === true) {
    const { open: differences, accepted, stale, unexplained } = verdict;
    const { operations, otherPaths, missingPaths } = compared;
    const counts = { operations, otherPaths, missingPaths, accepted: accepted.length, stale, unexplained };
    process.stdout.write(`${JSON.stringify({ document, ...counts, differences }, null, 2)}\n`);
  } else {
    const groups = groupsOf(verdict.open, flags.all === true);
    process.stdout.write(
      asLines([
        ...groups,
        ...(groups.length < verdict.open.length ? ['--all prints a line for every place.'] : []),
        ...notesOf(verdict),
        countsOf(compared, verdict, document),
      ]),
    );
  }
  if (verdict.failing.length > 0) process.exitCode = 1;
}

/** Returns the names of the mock's documents that may match. */
export async function candidatesOf({
  document,
  service,
}: {
  readonly document?: string | null | undefined;
  readonly service?: string | undefined;
}): Promise<readonly string[]> {
  const names = await documentNames();
  const isNamed = document !== undefined && document !== null;
  if (isNamed && service !== undefined) throw new Unusable('Give either --document or --service.');
  if (isNamed) {
    if (names.includes(document)) return [document];
    throw new Unusable(`--document ${showValue(document)} does not exist.${adviseName(document, names)}`);
  }
  if (service === undefined) return names;
  const { config } = await readConfig({});
  const inForce = new Map((await loadServices()).map(({ name, rules }) => [name, rules.inForce(config).document]));
  const found = service === 'control' ? 'control' : inForce.get(service);
  if (found !== undefined) return [found];
  throw new Unusable(
    `--service ${showValue(service)} does not exist.${adviseName(service, [...inForce.keys(), 'control'])}`,
  );
}

/**
 * Returns the document with the most paths in common. If there are several, the baseline's document wins, then the one with
 * the fewest differences.
 */
export async function documentFor(
  theirs: Source,
  names: readonly string[],
  ofBaseline: string | null,
): Promise<readonly [string, Source]> {
  const all = await Promise.all(
    names.map(async (name) => {
      const source = createSource(JSON.parse(await documentText(name)), name);
      return { name, source, paths: sharedPaths(theirs, source) };
    }),
  );
  const max = Math.max(...all.map(({ paths }) => paths));
  if (max === 0) {
    const [first = 'none'] = Object.keys(Object(theirs.root['paths']));
    throw new Unusable(
      `${theirs.name} has no path in common with the mock's documents (${names.join(', ')}). Its first path is \`${oneLine(first)}\`.`,
    );
  }
  const fitting = all.filter(({ paths }) => paths === max);
  const known = fitting.filter(({ name }) => name === ofBaseline);
  const best = known.length > 0 ? known : fitting;
  const counted = [];
  for (const one of best) {
    const { differences } = best.length === 1 ? { differences: [] } : await compareDocuments(theirs, one.source);
    counted.push({ ...one, differences: differences.filter(({ id }) => !id.endsWith(': path')).length });
  }
  const { name, source } = counted.reduce((one, other) => (other.differences < one.differences ? other : one));
  return [name, source];
}

/** Judges the differences by the baseline, which is updated first if asked. Without one, no difference is accepted. */
async function verdictOf(
  { differences }: Compared,
  document: string,
  file: string | undefined,
  before: Baseline | null,
  isUpdate: boolean,
): Promise<Verdict> {
  const name = `--baseline ${showValue(file ?? '')}`;
  // Also before an update, so that it doesn't overwrite the baseline of another document.
  const verdict = judge(differences, before ?? { document, differences: [] }, document, name);
  if (file === undefined || !isUpdate) return verdict;
  const { patterns = [] } = before ?? {};
  const kept = patterns.length === 0 ? {} : { patterns };
  const updated = { document, differences: withReasons(differences, before), ...kept };
  await writeBaselineFile(file, updated);
  return { ...judge(differences, updated, document, name), stale: [] };
}

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
