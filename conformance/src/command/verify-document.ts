import {
  adviseName,
  listDocumentNames,
  loadServices,
  readConfig,
  readDocumentText,
  showValue,
  UserError,
} from '../../../src/conformance-entry.ts';
import { applyBaseline, type Baseline, type BaselineResult, updateEntries } from '../verify/baseline.ts';
import { toSafeLine } from '../verify/difference.ts';
import { type Compared, compareDocuments, sharedPaths } from '../verify/documents.ts';
import { type OpenApiDocument, parseOpenApi } from '../verify/open-api.ts';
import { formatBaselineNotes, formatCounts, formatDifferences } from '../verify/report.ts';
import { readBaselineFile, writeBaselineFile } from './baseline-file.ts';
import { readVendorDocument } from './read-document.ts';

/** What to compare. */
export interface VerifyDocumentFlags {
  /** An OpenAPI 3 document, JSON or YAML: a file or a URL. */
  readonly spec: string;
  /** A document of the mock, such as `runai.2.24`. */
  readonly document?: string | undefined;
  /** A service: its document in the configured version. */
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
export async function verifyDocument(flags: VerifyDocumentFlags): Promise<void> {
  const { spec, baseline: file, updateBaseline = false } = flags;
  if (updateBaseline && file === undefined) throw new UserError('--update-baseline needs --baseline FILE.');
  const { name, content } = await readVendorDocument(spec, '--spec');
  const theirs = parseOpenApi(content, name);
  const baseline = file === undefined ? null : await readBaselineFile(file, updateBaseline);
  const [document, ours] = await findBestMatch(theirs, await candidateDocuments(flags), baseline?.document ?? null);
  const compared = await compareDocuments(theirs, ours);
  const result = await compareWithBaseline(compared, document, file, baseline, updateBaseline);
  if (flags.json === true) {
    const { open: differences, accepted, stale, unexplained } = result;
    const { operations, otherPaths, missingPaths } = compared;
    const counts = { operations, otherPaths, missingPaths, accepted: accepted.length, stale, unexplained };
    process.stdout.write(`${JSON.stringify({ document, ...counts, differences }, null, 2)}\n`);
  } else {
    const groups = formatDifferences(result.open, flags.all === true);
    process.stdout.write(
      joinLines([
        ...groups,
        ...(groups.length < result.open.length ? ['--all prints a line for every place.'] : []),
        ...formatBaselineNotes(result),
        formatCounts(compared, result, document),
      ]),
    );
  }
  if (result.failing.length > 0) process.exitCode = 1;
}

/** Returns the names of the mock's documents to choose from: all, or the one given by a flag. */
export async function candidateDocuments({
  document,
  service,
}: {
  readonly document?: string | null | undefined;
  readonly service?: string | undefined;
}): Promise<readonly string[]> {
  const names = await listDocumentNames();
  if (document != null) {
    if (service !== undefined) throw new UserError('Give either --document or --service.');
    if (names.includes(document)) return [document];
    throw new UserError(`--document ${showValue(document)} does not exist.${adviseName(document, names)}`);
  }
  if (service === undefined) return names;
  const { config } = await readConfig({});
  const services = await loadServices();
  const byService = new Map(services.map(({ name, rules }) => [name, rules.selectRuleset(config).document]));
  byService.set('control', 'control');
  const found = byService.get(service);
  if (found !== undefined) return [found];
  throw new UserError(`--service ${showValue(service)} does not exist.${adviseName(service, [...byService.keys()])}`);
}

/**
 * Returns the document with the most paths in common. If there are several, prefers the baseline's document, then the one
 * with the fewest differences.
 */
export async function findBestMatch(
  theirs: OpenApiDocument,
  names: readonly string[],
  baselineDocument: string | null,
): Promise<readonly [string, OpenApiDocument]> {
  const all = await Promise.all(
    names.map(async (name) => {
      const document = parseOpenApi(JSON.parse(await readDocumentText(name)), name);
      return { name, document, paths: sharedPaths(theirs, document) };
    }),
  );
  const max = Math.max(...all.map(({ paths }) => paths));
  if (max === 0) {
    const [first = 'none'] = Object.keys(Object(theirs.root['paths']));
    throw new UserError(
      `${theirs.name} has no path in common with the mock's documents (${names.join(', ')}). Its first path is \`${toSafeLine(first)}\`.`,
    );
  }
  const best = all.filter(({ paths }) => paths === max);
  const ofBaseline = best.filter(({ name }) => name === baselineDocument);
  const candidates = ofBaseline.length > 0 ? ofBaseline : best;
  const counted = [];
  for (const candidate of candidates) {
    // Comparing is slow, so skip it if there is no choice.
    const differences = candidates.length === 1 ? 0 : await countDifferences(theirs, candidate.document);
    counted.push({ ...candidate, differences });
  }
  const { name, document } = counted.reduce((one, other) => (other.differences < one.differences ? other : one));
  return [name, document];
}

/** Counts the differences, except paths that only one of the documents has. */
async function countDifferences(theirs: OpenApiDocument, ours: OpenApiDocument): Promise<number> {
  const { differences } = await compareDocuments(theirs, ours);
  return differences.filter(({ id }) => !id.endsWith(': path')).length;
}

/** Splits the differences by the baseline, after updating it if requested. Without one, no difference is accepted. */
async function compareWithBaseline(
  { differences }: Compared,
  document: string,
  file: string | undefined,
  baseline: Baseline | null,
  isUpdate: boolean,
): Promise<BaselineResult> {
  const name = `--baseline ${showValue(file ?? '')}`;
  // Applied before an update, too: it fails if the file is the baseline of a different document.
  const result = applyBaseline(differences, baseline ?? { document, differences: [] }, document, name);
  if (file === undefined || !isUpdate) return result;
  const { patterns = [] } = baseline ?? {};
  const updated = {
    document,
    differences: updateEntries(differences, baseline),
    ...(patterns.length > 0 && { patterns }),
  };
  await writeBaselineFile(file, updated);
  return { ...applyBaseline(differences, updated, document, name), stale: [] };
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
