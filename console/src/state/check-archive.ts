import { signal } from '@preact/signals';
import { ask } from '../control-api/client.ts';
import type { TrafficReport } from '../control-api/types.ts';
import { findDocumentPage } from './rulesets.ts';

/** The limit of the control API. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A checked request of an archive. */
export interface Entry {
  readonly place: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly service: string | null;
  readonly operation: string | null;
  /** The page of the document; null if there is no operation. */
  readonly page: string | null;
  /** Violations of the document; empty if it conforms. */
  readonly faults: readonly string[];
}

export interface Checked {
  readonly name: string;
  readonly report: TrafficReport;
  readonly entries: readonly Entry[];
}

/** The check of the latest archive. */
export const latest = signal<'none' | 'busy' | Checked | { readonly fault: unknown }>('none');

/** Checks an archive. The result shows in the panel. */
export function checkArchive(file: File): void {
  latest.value = 'busy';
  checkFile(file).then(
    (checked) => {
      latest.value = checked;
    },
    (fault: unknown) => {
      latest.value = { fault };
    },
  );
}

/** @throws Error with a message if it is not an archive; otherwise like the control API */
async function checkFile(file: File): Promise<Checked> {
  const { name, size } = file;
  if (size > MAX_BYTES) {
    const megabytes = (size / 1024 / 1024).toFixed(1);
    throw new Error(
      `\`${name}\` has ${megabytes} MB; the limit is 16 MB. Export fewer requests, or leave out their contents.`,
    );
  }
  const log = parseLog(name, (await file.text()).replace(/^\uFEFF/, ''));
  const report = await ask<TrafficReport>('POST', '/_mock/requests/check', { log });
  return { name, report, entries: await readEntries(report) };
}

function parseLog(name: string, text: string): object {
  let archive: { log?: { entries?: unknown } } | null;
  try {
    archive = JSON.parse(text);
  } catch {
    throw new Error(`\`${name}\` is not an HTTP Archive (HAR): it is not JSON.`);
  }
  const log = archive?.log;
  if (!Array.isArray(log?.entries)) {
    throw new Error(
      `\`${name}\` is not an HTTP Archive (HAR): it has no list \`log.entries\`. Export one from the network tab of a browser, or from a proxy.`,
    );
  }
  return log;
}

/** Returns the requests in the order of the archive, each with all its violations. */
async function readEntries({ conforming, violations }: TrafficReport): Promise<readonly Entry[]> {
  const entries = new Map<string, Entry>();
  const violated = violations.map(({ part, what, ...request }) => ({ ...request, fault: `${part}: ${what}` }));
  const all: readonly (TrafficReport['conforming'][number] & { readonly fault?: string })[] = [
    ...violated,
    ...conforming,
  ];
  for (const { place, method, path, status, service, operation, fault } of all) {
    const previous = entries.get(place);
    const page =
      previous?.page ?? (service === null || operation === null ? null : await findDocumentPage(service, operation));
    const faults = [...(previous?.faults ?? []), ...(fault === undefined ? [] : [fault])];
    entries.set(place, { place, method, path, status, service, operation, page, faults });
  }
  return [...entries.values()].sort((left, right) => numberOf(left) - numberOf(right));
}

/** `entry 12` is the twelfth. */
export function numberOf({ place }: Pick<Entry, 'place'>): number {
  return Number(place.replace(/\D/g, ''));
}
