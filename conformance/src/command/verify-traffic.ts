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

/** Which documents to check recorded traffic against, and the prefix of its paths. */
export interface TrafficJudge {
  /** A vendor's document in JSON or YAML: a file or a URL. Null for the mock's documents. */
  readonly spec: string | null;
  /** The corresponding document of the mock; null for the best match. */
  readonly document: string | null;
  /** The prefix of all recorded paths, such as `/proxy`, or null. */
  readonly basePath: string | null;
}

/**
 * Checks the traffic in an HTTP Archive against the mock's documents, or a given one. The exit code is 1 if there are
 * violations.
 *
 * @param flags such as `--runai`: the versions of the documents
 * @throws Unusable if the file isn't an archive, is too large, or has no request for a documented API
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
 * Checks the journal of a running server against its documents, or a given one.
 *
 * @param url the URL of the server or of a world; null for a server on this machine
 * @param world null for the world in the URL, or the default world
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

/** A server's report lists up to 1000 violations. */
interface TrafficResult extends TrafficReport {
  readonly total?: number;
}

/** Uses the routes of a server that never listens, so that paths resolve as they do on a server. */
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

/** @param document the mock's document; null for the best match */
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

/** Suggests `--base-path`, because behind a proxy every path may have a prefix. */
function adviseBase(judge: Judge, exchanges: readonly Exchange[]): string {
  for (const { method, url } of exchanges.slice(0, MAX_TRIED)) {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    for (let at = 2; at < Math.min(segments.length, MAX_SEGMENTS); at += 1) {
      if (!isFound(judge, method, `/${segments.slice(at).join('/')}`)) continue;
      const base = showPath(segments.slice(0, at).join('/'));
      return ` Its paths start with \`${base}\`. Add --base-path ${base}.`;
    }
  }
  return ' If its paths have a prefix, such as one of a proxy, set it with --base-path.';
}

/** How many requests, and how many segments of each, to try when guessing a prefix. */
const MAX_TRIED = 100;
const MAX_SEGMENTS = 8;

function isFound(judge: Judge, method: string, path: string): boolean {
  try {
    return judge.find(method, path) !== null;
  } catch {
    // The path can't be decoded.
    return false;
  }
}

async function tell(report: TrafficResult, { json, junit }: TrafficOutput): Promise<void> {
  if (junit !== null) await writeOutput('--junit', junit, toJUnit(report));
  const { checked, skipped, violations, total = violations.length } = report;
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    for (const { place, method, path, operation, part, status, what } of violations) {
      const about = part === 'answer' ? `response ${status}: ` : '';
      process.stdout.write(
        `${place} ${method} ${path}${operation === null ? '' : ` (${operation})`}: ${about}${what}\n`,
      );
    }
    const others = skipped === 0 ? '' : `, ${skipped} skipped (no documented API)`;
    const more = total > violations.length ? ` (${violations.length} listed)` : '';
    process.stdout.write(`${countOf(checked, 'request')} checked${others}; ${countOf(total, 'violation')}${more}\n`);
  }
  if (violations.length > 0) process.exitCode = 1;
}
