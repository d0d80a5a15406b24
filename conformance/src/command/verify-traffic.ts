import {
  askWorld,
  buildServer,
  createConfig,
  type FlagTexts,
  formatCount,
  locateServerAndWorld,
  type Routes,
  readConfig,
  type ServerFlags,
  showPath,
  showValue,
  UserError,
  writeOutput,
} from '../../../src/conformance-entry.ts';
import { checkExchanges, type TrafficReport } from '../traffic/check.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { exchangesIn, readHar } from '../traffic/har.ts';
import { toJUnit } from '../traffic/junit.ts';
import { finderForDocument, finderForRoutes, type Locate, type OperationFinder } from '../traffic/operation-finder.ts';
import { openVendorDocument } from '../vendor-document.ts';
import { parseOpenApi } from '../verify/open-api.ts';
import { archiveText } from './archive-text.ts';
import { readVendorDocument } from './read-document.ts';
import { candidateDocuments, findBestMatch } from './verify-document.ts';

/** How to report the result. */
export interface TrafficOutput {
  /** Prints JSON instead of lines. */
  readonly json: boolean;
  /** A file for JUnit XML, or null. */
  readonly junit: string | null;
}

const JOURNAL = 'The journal';

/** The documents to check recorded traffic against, and the prefix of its paths. */
export interface TrafficReference {
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
 * @throws UserError if the file isn't an archive, is too large, or has no request for a documented API
 */
export async function verifyHar(
  file: string,
  flags: FlagTexts,
  reference: TrafficReference,
  output: TrafficOutput,
): Promise<void> {
  const exchanges = readHar(await archiveText(file, '--har'), showValue(file));
  await reportOffline(exchanges, flags, reference, `--har ${showValue(file)}`, output);
}

/** Checks the journal of a running server against its documents, or a given one. */
export async function verifyJournal(
  flags: FlagTexts,
  address: Pick<ServerFlags, 'url' | 'tlsCa' | 'world'>,
  reference: TrafficReference,
  output: TrafficOutput,
): Promise<void> {
  const { server, world } = await locateServerAndWorld({ ...flags, ...address });
  if (reference.spec !== null) {
    const archive = await askWorld(server, world, '/requests/har', (body) => ('log' in body ? body : undefined));
    return reportOffline([...exchangesIn(archive, JOURNAL)], flags, reference, JOURNAL, output);
  }
  // The server may be of a different version, so check the response.
  const read = (body: object) => ('violations' in body ? (body as ServerReport) : undefined);
  const report = await askWorld(server, world, '/requests/check', read, 'POST');
  await printReport(report, output);
  if (report.checked === 0) throw noRequestsError(JOURNAL, '');
}

/** An error, and not an empty report, so that CI fails if the client never reached the server. */
function noRequestsError(name: string, advice: string): UserError {
  return new UserError(`${name} has no request for an API of the documents.${advice}`);
}

/** The report of a running server, which lists up to 4000 violations of `total`. */
interface ServerReport extends TrafficReport {
  readonly total?: number;
}

/** The options of a server that never listens. */
const OFFLINE = { data: null, seed: 'none', world: [], tls: false, tlsCert: null, tlsKey: null, httpPort: null };

/** Checks exchanges with the routes of a server that never listens, so that paths resolve as they do on a server. */
async function reportOffline(
  exchanges: readonly Exchange[],
  flags: FlagTexts,
  reference: TrafficReference,
  name: string,
  output: TrafficOutput,
): Promise<void> {
  if (exchanges.length === 0) throw new UserError(`${name} has no requests, so there is nothing to check.`);
  const { config } = await readConfig(flags);
  const { app, routes, close } = await buildServer({
    effective: createConfig({ ...config, ...OFFLINE }),
  });
  try {
    const { locate } = app.mock.addresses;
    const finder =
      reference.spec === null
        ? finderForRoutes(routes, locate)
        : await finderForSpec(reference.spec, reference.document, routes, locate);
    const report = await checkExchanges(finder, removeBasePath(exchanges, reference.basePath));
    await printReport(report, output);
    if (report.checked === 0) throw noRequestsError(name, adviseBasePath(finder, exchanges));
  } finally {
    await close();
  }
}

/** @param document the mock's document that `spec` corresponds to; null for the best match */
async function finderForSpec(
  spec: string,
  document: string | null,
  routes: Routes,
  locate: Locate,
): Promise<OperationFinder> {
  const { name, content } = await readVendorDocument(spec, '--spec');
  const [matching] = await findBestMatch(parseOpenApi(content, name), await candidateDocuments({ document }), null);
  return finderForDocument(await openVendorDocument(content, name), routes, locate, serviceOf(matching));
}

/** `runai` for the document `runai.2.24`. */
function serviceOf(document: string): string {
  return document.replace(/\..*$/s, '');
}

function removeBasePath(exchanges: readonly Exchange[], basePath: string | null): readonly Exchange[] {
  const base = (basePath ?? '').replace(/\/$/, '');
  if (base === '') return exchanges;
  return exchanges.map((exchange) =>
    exchange.url === base || exchange.url.startsWith(`${base}/`)
      ? { ...exchange, url: exchange.url.slice(base.length) }
      : exchange,
  );
}

/** Suggests `--base-path` if paths fit without their start, because a proxy may add a prefix to every path. */
function adviseBasePath(finder: OperationFinder, exchanges: readonly Exchange[]): string {
  for (const { method, url } of exchanges.slice(0, MAX_GUESSES)) {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    for (let at = 2; at < Math.min(segments.length, MAX_SEGMENTS); at += 1) {
      if (!hasOperation(finder, method, `/${segments.slice(at).join('/')}`)) continue;
      const base = showPath(segments.slice(0, at).join('/'));
      return ` Its paths start with \`${base}\`. Add --base-path ${base}.`;
    }
  }
  return '';
}

/** The number of requests, and of segments of each, to try when guessing a prefix. */
const MAX_GUESSES = 100;
const MAX_SEGMENTS = 8;

function hasOperation(finder: OperationFinder, method: string, path: string): boolean {
  try {
    return finder.find(method, path, null) !== null;
  } catch {
    // The path can't be decoded.
    return false;
  }
}

async function printReport(report: ServerReport, { json, junit }: TrafficOutput): Promise<void> {
  if (junit !== null) await writeOutput('--junit', junit, toJUnit(report));
  const { checked, skipped, skippedRequests, violations, total = violations.length } = report;
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    for (const { place, method, path, operation, part, status, what } of violations) {
      const subject = part === 'answer' ? `response ${status}: ` : '';
      process.stdout.write(
        `${place} ${method} ${path}${operation === null ? '' : ` (${operation})`}: ${subject}${what}\n`,
      );
    }
    for (const { place, method, url, what } of skippedRequests) {
      process.stdout.write(`${place} ${method} ${url}: skipped, ${what}\n`);
    }
    const unchecked = skipped === 0 ? '' : `, ${skipped} skipped`;
    const more = total > violations.length ? ` (${violations.length} listed)` : '';
    process.stdout.write(
      `${formatCount(checked, 'request')} checked${unchecked}; ${formatCount(total, 'violation')}${more}\n`,
    );
  }
  if (violations.length > 0) process.exitCode = 1;
}
