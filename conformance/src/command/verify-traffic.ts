import {
  askWorld,
  buildServer,
  countOf,
  createConfig,
  type FlagTexts,
  type Routes,
  readConfig,
  runningWorld,
  showPath,
  showValue,
  Unusable,
  writeOutput,
} from '../../../src/conformance-entry.ts';
import { checkExchanges, type TrafficReport } from '../traffic/check.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { exchangesIn, readHar } from '../traffic/har.ts';
import { type Judge, judgeOfDocument, judgeOfRoutes } from '../traffic/judge.ts';
import { toJUnit } from '../traffic/junit.ts';
import { openVendorDocument } from '../vendor-document.ts';
import { createSource } from '../verify/source.ts';
import { archiveText } from './archive-text.ts';
import { readVendorDocument } from './read-document.ts';
import { candidatesOf, documentFor } from './verify-document.ts';

/** How the result is reported. */
export interface TrafficOutput {
  /** Prints JSON instead of lines. */
  readonly json: boolean;
  /** A file for JUnit XML, or null. */
  readonly junit: string | null;
}

/** The judge of recorded traffic, and the beginning of its paths. */
export interface TrafficJudge {
  /** A vendor's document, JSON or YAML: a file or a URL; null: the documents of the mock. */
  readonly spec: string | null;
  /** The document of the mock that the vendor's is about; null: the best match. */
  readonly document: string | null;
  /** The prefix of all recorded paths, such as `/proxy`; null: none. */
  readonly basePath: string | null;
}

/**
 * Compares the traffic in an HTTP Archive with the documents, or with one that is given. The exit code is 1 if something in
 * it is not allowed.
 *
 * @param flags `--runai` and the like: the versions of the documents
 * @throws Unusable if the file is no archive, too large, or has no request for an API of the documents
 */
export async function verifyHar(
  file: string,
  flags: FlagTexts,
  by: TrafficJudge,
  output: TrafficOutput,
): Promise<void> {
  const exchanges = readHar(await archiveText(file, '--har'), showValue(file));
  await tell(await checkOffline(exchanges, flags, by, `--har ${showValue(file)}`), output);
}

/**
 * Compares the journal of a running server with its documents, or with one that is given.
 *
 * @param url of the server or of a world; null: on this machine
 * @param world null: that of the URL, or the default one
 */
export async function verifyJournal(
  flags: FlagTexts,
  { url, world: named }: { readonly url: string | null; readonly world: string | null },
  by: TrafficJudge,
  output: TrafficOutput,
): Promise<void> {
  const { server, world } = await runningWorld(flags, url, named);
  if (by.spec !== null) {
    const archive = await askWorld(server, world, '/requests/har', (body) => ('log' in body ? body : undefined));
    return tell(await checkOffline([...exchangesIn(archive, JOURNAL)], flags, by, JOURNAL), output);
  }
  // A server of another version may respond differently.
  const read = (body: object) => ('violations' in body ? (body as TrafficResult) : undefined);
  const report = await askWorld(server, world, '/requests/check', read, 'POST');
  if (report.checked === 0) throw nothingChecked(JOURNAL, '');
  await tell(report, output);
}

const JOURNAL = 'The journal';

/** Fails a pipeline whose client never reached the server. */
function nothingChecked(name: string, advice: string): Unusable {
  return new Unusable(`${name} has no request for an API of the documents.${advice}`);
}

/** The maximum number of violations in a server's report is 1000. */
interface TrafficResult extends TrafficReport {
  readonly total?: number;
}

/** Uses the operations of a server that is never started, so that paths have the same meaning as there. */
async function checkOffline(
  exchanges: readonly Exchange[],
  flags: FlagTexts,
  by: TrafficJudge,
  name: string,
): Promise<TrafficReport> {
  if (exchanges.length === 0) throw new Unusable(`${name} has no requests, so there is nothing to check.`);
  const { config } = await readConfig(flags);
  const { routes, close } = await buildServer({
    effective: createConfig({ ...config, data: null, seed: 'none', world: [] }),
  });
  try {
    const judge = by.spec === null ? judgeOfRoutes(routes) : await judgeOfSpec(by.spec, by.document, routes);
    const report = await checkExchanges(judge, withoutBase(exchanges, by.basePath));
    if (report.checked > 0) return report;
    throw nothingChecked(name, adviseBase(judge, exchanges));
  } finally {
    await close();
  }
}

/** @param document the mock's; null: the best match */
async function judgeOfSpec(spec: string, document: string | null, routes: Routes): Promise<Judge> {
  const { name, content } = await readVendorDocument(spec, '--spec');
  const [about] = await documentFor(createSource(content, name), await candidatesOf({ document }), null);
  return judgeOfDocument(await openVendorDocument(content, name), routes, about.replace(/\..*$/s, ''));
}

function withoutBase(exchanges: readonly Exchange[], basePath: string | null): readonly Exchange[] {
  const base = (basePath ?? '').replace(/\/$/, '');
  if (base === '') return exchanges;
  return exchanges.map((one) =>
    one.url === base || one.url.startsWith(`${base}/`) ? { ...one, url: one.url.slice(base.length) } : one,
  );
}

/** Behind a proxy, each path has a prefix that the documents don't have. */
function adviseBase(judge: Judge, exchanges: readonly Exchange[]): string {
  for (const { method, url } of exchanges.slice(0, MAX_TRIED)) {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    for (let at = 2; at < Math.min(segments.length, MAX_SEGMENTS); at += 1) {
      if (!isFound(judge, method, `/${segments.slice(at).join('/')}`)) continue;
      const base = showPath(segments.slice(0, at).join('/'));
      return ` Its paths begin with \`${base}\`: give --base-path ${base}.`;
    }
  }
  return ' If its paths have a prefix, such as that of a proxy, name it with --base-path.';
}

/** How many requests, and how many segments of each, to try when guessing a prefix. */
const MAX_TRIED = 100;
const MAX_SEGMENTS = 8;

function isFound(judge: Judge, method: string, path: string): boolean {
  try {
    return judge.find(method, path) !== null;
  } catch {
    // The path cannot be decoded.
    return false;
  }
}

async function tell(report: TrafficResult, { json, junit }: TrafficOutput): Promise<void> {
  if (junit !== null) await writeOutput('--junit', junit, toJUnit(report));
  const { checked, skipped, violations, total = violations.length } = report;
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    for (const { place, method, path, operation, part, status, what } of violations) {
      const about = part === 'answer' ? `answer ${status}: ` : '';
      process.stdout.write(
        `${place} ${method} ${path}${operation === null ? '' : ` (${operation})`}: ${about}${what}\n`,
      );
    }
    const others = skipped === 0 ? '' : `, ${skipped} for no documented API`;
    const more = total > violations.length ? `, of which ${violations.length} are listed` : '';
    process.stdout.write(`${countOf(checked, 'request')} checked${others}; ${countOf(total, 'violation')}${more}\n`);
  }
  if (violations.length > 0) process.exitCode = 1;
}
