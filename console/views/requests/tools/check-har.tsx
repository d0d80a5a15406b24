import { signal } from '@preact/signals';
import { addressOf, ask } from '../../../control-api/client.ts';
import { isOffline } from '../../../control-api/stream.ts';
import type { TrafficReport } from '../../../control-api/types.ts';
import { Status } from '../../../parts/chips.tsx';
import { ChooseFile } from '../../../parts/choose-file.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { textOf } from '../../../parts/loaded.tsx';
import { cut, Long } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { serviceTitle } from '../../../parts/service.ts';
import { Skeleton } from '../../../parts/skeleton.tsx';
import { documentPage } from '../../../state/rulesets.ts';

/** What the control API takes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A request of an archive, as it was checked. */
interface Entry {
  readonly place: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly service: string | null;
  readonly operation: string | null;
  /** The page of the document; null if there is no operation. */
  readonly page: string | null;
  /** What the document does not allow; empty if it conforms. */
  readonly faults: readonly string[];
}

interface Checked {
  readonly name: string;
  readonly report: TrafficReport;
  readonly entries: readonly Entry[];
}

/** The archive that was dropped or chosen last. */
const latest = signal<'none' | 'busy' | Checked | { readonly fault: string }>('none');

/** Checks an archive; what comes of it is shown in the panel. */
export function checkArchive(file: File): void {
  latest.value = 'busy';
  checkFile(file).then(
    (checked) => {
      latest.value = checked;
    },
    (thrown: unknown) => {
      latest.value = { fault: textOf(thrown) };
    },
  );
}

/** @throws Error with a sentence if it is no archive; as the control API does */
async function checkFile(file: File): Promise<Checked> {
  const { name, size } = file;
  if (size > MOST_BYTES) {
    const megabytes = (size / 1024 / 1024).toFixed(1);
    throw new Error(
      `\`${name}\` has ${megabytes} MB; at most 16 MB can be checked. Export fewer requests, or without contents.`,
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
    throw new Error(`\`${name}\` is not JSON, so it is no HTTP Archive (HAR).`);
  }
  const log = archive?.log;
  if (!Array.isArray(log?.entries)) {
    throw new Error(
      `\`${name}\` is no HTTP Archive (HAR): it has no list \`log.entries\`. Export it from the network tool of a browser, or from a proxy.`,
    );
  }
  return log;
}

/** The requests in the order of the archive, each with everything that is wrong with it. */
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
function numberOf({ place }: Pick<Entry, 'place'>): number {
  return Number(place.replace(/\D/g, ''));
}

/** Asks for an archive, and shows which of its requests conform to the documents. */
export function CheckHar() {
  const now = latest.value;
  return (
    <>
      <p class="quiet">
        Its requests and answers are compared with the API documents. Choose one, or drop it anywhere on the view: at
        most 16 MB, and nothing of it is kept.
      </p>
      <ChooseFile
        accept=".har,.json,application/json"
        isBusy={now === 'busy' || isOffline.value}
        onFile={(file) => file !== undefined && checkArchive(file)}
      >
        Choose a HAR file …
      </ChooseFile>
      {now === 'busy' && <Skeleton />}
      {typeof now === 'object' &&
        ('fault' in now ? (
          <p class="fault" role="alert">
            <Sentence text={now.fault} />
          </p>
        ) : (
          <Result {...now} />
        ))}
    </>
  );
}

/** Which requests of an archive conform to the documents, and what is wrong with the others. */
function Result({ name, entries, report }: Checked) {
  const { checked: count, skipped, total } = report;
  const wrong = entries.filter(({ faults }) => faults.length > 0).length;
  const isCut = entries.length < count;
  return (
    <section aria-label="Checked archive">
      <h3>
        <Long text={name} />
      </h3>
      <p role="status">
        <strong class={total === 0 ? 'verdict allow' : 'verdict deny'}>
          {wrong} of {count} requests do not conform.
        </strong>{' '}
        {skipped > 0 && `${skipped} more belong to no documented API, and were not checked. `}
        {isCut && 'The first 1000 that conform are listed, and the first 1000 faults.'}
      </p>
      {entries.length > 0 && (
        <DataTable label="Requests of the archive" rows={entries} keyOf={({ place }) => place} columns={COLUMNS} />
      )}
    </section>
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  { title: 'No.', cell: numberOf, by: numberOf },
  {
    title: 'Result',
    cell: ({ faults }) =>
      faults.length === 0 ? (
        <span class="verdict allow">conforms</span>
      ) : (
        <span class="verdict deny">does not conform</span>
      ),
    by: ({ faults }) => faults.length,
    class: 'result',
  },
  { title: 'Status', cell: ({ status }) => <Status status={status} />, by: ({ status }) => status },
  {
    title: 'Request',
    cell: ({ method, path }) => (
      <span class="long">
        {method} {cut(path)}
      </span>
    ),
    by: ({ path }) => path,
  },
  {
    title: 'Operation',
    cell: ({ service, operation, page }) =>
      page === null ? (
        'none'
      ) : (
        <span>
          <a href={addressOf(page)}>{operation}</a> <span class="quiet">{serviceTitle(service ?? '')}</span>
        </span>
      ),
    by: ({ operation }) => operation,
  },
  {
    title: 'What is wrong',
    cell: ({ faults }) => (
      <ul class="plain">
        {faults.map((fault) => (
          <li key={fault}>
            <Long text={fault} isSentence />
          </li>
        ))}
      </ul>
    ),
  },
];
