import { signal } from '@preact/signals';
import { ask } from '../control-api/client.ts';
import type { TrafficReport } from '../control-api/types.ts';
import { findDocumentPage } from './documents.ts';

/** The limit of the control API. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A request of an archive with the result of its check. */
export interface CheckedRequest {
  /** Its position in the archive; the first request is 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly service: string | null;
  readonly operation: string | null;
  /** The page of the document; null if there is no operation. */
  readonly page: string | null;
  /** Violations of the document; empty if it conforms. */
  readonly violations: readonly string[];
}

/** The result of checking an archive. */
export interface ArchiveCheck {
  /** The name of the file. */
  readonly name: string;
  readonly report: TrafficReport;
  readonly entries: readonly CheckedRequest[];
}

/** The check of the latest archive, `busy` while it runs. */
export const latestCheck = signal<'none' | 'busy' | ArchiveCheck | { readonly error: unknown }>('none');

/** Checks an archive. The result shows in the panel. */
export function checkArchive(file: File): void {
  latestCheck.value = 'busy';
  checkFile(file).then(
    (checked) => {
      latestCheck.value = checked;
    },
    (error: unknown) => {
      latestCheck.value = { error };
    },
  );
}

/** @throws Error with a message if it is not an archive; otherwise like the control API */
async function checkFile(file: File): Promise<ArchiveCheck> {
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
async function readEntries({ conforming, violations }: TrafficReport): Promise<readonly CheckedRequest[]> {
  const entries = new Map<string, CheckedRequest>();
  for (const { place, part, what, ...request } of violations) {
    const entry = entries.get(place) ?? (await createEntry(place, request));
    entries.set(place, { ...entry, violations: [...entry.violations, `${part}: ${what}`] });
  }
  for (const { place, ...request } of conforming) entries.set(place, await createEntry(place, request));
  return [...entries.values()].sort((left, right) => left.number - right.number);
}

/** Returns an entry without violations. @param place as in the report: `entry 12` for the twelfth request */
async function createEntry(
  place: string,
  request: Omit<TrafficReport['conforming'][number], 'place'>,
): Promise<CheckedRequest> {
  const { method, path, status, service, operation } = request;
  const page = service === null || operation === null ? null : await findDocumentPage(service, operation);
  return { number: Number(place.replace(/\D/g, '')), method, path, status, service, operation, page, violations: [] };
}
