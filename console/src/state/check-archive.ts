import { signal } from '@preact/signals';
import { ask } from '../control-api/client.ts';
import type { TrafficReport } from '../control-api/types.ts';
import { documentPage } from './rulesets.ts';

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
  const log = logIn(name, (await file.text()).replace(/^\uFEFF/, ''));
  const report = await ask<TrafficReport>('POST', '/_mock/requests/check', { log });
  return { name, report, entries: await entriesOf(report) };
}

function logIn(name: string, text: string): object {
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
async function entriesOf({ conforming, violations }: TrafficReport): Promise<readonly Entry[]> {
  const entries = new Map<string, Entry>();
  const wrong = violations.map(({ part, what, ...request }) => ({ ...request, fault: `${part}: ${what}` }));
  const all: readonly (TrafficReport['conforming'][number] & { readonly fault?: string })[] = [...wrong, ...conforming];
  for (const { place, method, path, status, service, operation, fault } of all) {
    const before = entries.get(place);
    const page =
      before?.page ?? (service === null || operation === null ? null : await documentPage(service, operation));
    const faults = [...(before?.faults ?? []), ...(fault === undefined ? [] : [fault])];
    entries.set(place, { place, method, path, status, service, operation, page, faults });
  }
  return [...entries.values()].sort((one, other) => numberOf(one) - numberOf(other));
}

/** `entry 12` is the twelfth. */
export function numberOf({ place }: Pick<Entry, 'place'>): number {
  return Number(place.replace(/\D/g, ''));
}
