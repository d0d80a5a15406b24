import { buildServer } from '../app/server.ts';
import { configOf, type FlagTexts, readConfig } from '../config/config.ts';
import { countOf } from '../core/count.ts';
import { showValue } from '../core/redact.ts';
import { checkTraffic, type TrafficReport } from '../traffic/check.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { readHar } from '../traffic/har.ts';
import { junitOf } from '../traffic/junit.ts';
import { archiveText } from './archive-text.ts';
import { askWorld } from './ask-world.ts';
import { writeOutput } from './output-file.ts';
import { runningWorld } from './running.ts';

/** How the result is told. */
export interface TrafficOutput {
  /** As JSON, in place of lines. */
  readonly json: boolean;
  /** A file for JUnit XML, as CI systems read it; null for none. */
  readonly junit: string | null;
}

/**
 * Compares the traffic in an HTTP Archive with the documents. The exit code is 1 if they do not allow something in it.
 *
 * @param flags `--runai` and the like: the versions of the documents
 * @throws Unusable if the file is no archive, or too large
 */
export async function verifyHar(file: string, flags: FlagTexts, output: TrafficOutput): Promise<void> {
  const exchanges = readHar(await archiveText(file, '--har'), showValue(file));
  await tell(await checkOffline(exchanges, flags), output);
}

/**
 * Compares the journal of a running server with its documents.
 *
 * @param url of the server or of a world; null: on this machine
 * @param world null: that of the URL, or the default one
 */
export async function verifyJournal(
  flags: FlagTexts,
  { url, world: named }: { readonly url: string | null; readonly world: string | null },
  output: TrafficOutput,
): Promise<void> {
  const { server, world } = await runningWorld(flags, url, named);
  // A server of another version may answer something else.
  const read = (body: object) => ('violations' in body ? (body as TrafficReport) : undefined);
  await tell(await askWorld(server, world, '/requests/check', read, 'POST'), output);
}

/** With the operations of a server that is never started, so that a path means here what it means there. */
async function checkOffline(exchanges: readonly Exchange[], flags: FlagTexts): Promise<TrafficReport> {
  const { config } = await readConfig(flags);
  const { routes, close } = await buildServer({
    effective: configOf({ ...config, data: null, seed: 'none', world: [] }),
  });
  try {
    return await checkTraffic(routes, exchanges);
  } finally {
    await close();
  }
}

async function tell(report: TrafficReport, { json, junit }: TrafficOutput): Promise<void> {
  if (junit !== null) await writeOutput('--junit', junit, junitOf(report));
  const { checked, skipped, violations } = report;
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    for (const { place, method, path, operation, part, status, what } of violations) {
      const about = part === 'answer' ? `answer ${status}: ` : '';
      process.stdout.write(
        `${place} ${method} ${path}${operation === null ? '' : ` (${operation})`}: ${about}${what}\n`,
      );
    }
    const others = skipped === 0 ? '' : `, ${skipped} for no documented API`;
    process.stdout.write(
      `${countOf(checked, 'request')} checked${others}; ${countOf(violations.length, 'violation')}\n`,
    );
  }
  if (violations.length > 0) process.exitCode = 1;
}
