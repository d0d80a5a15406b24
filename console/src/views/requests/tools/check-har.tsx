import { isOffline } from '../../../connection.ts';
import { addressOf } from '../../../control-api/client.ts';
import { ChooseFile } from '../../../parts/choose-file.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { errorText } from '../../../parts/loaded.tsx';
import { Long, shorten } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { serviceTitle } from '../../../parts/service.ts';
import { Skeleton } from '../../../parts/skeleton.tsx';
import { Status } from '../../../parts/status.tsx';
import { type Checked, checkArchive, type Entry, latest, numberOf } from '../../../state/check-archive.ts';

/** Asks for an archive, and shows which of its requests conform to the documents. */
export function CheckHar() {
  const check = latest.value;
  return (
    <>
      <p class="quiet">
        Checks the requests and responses of a HAR file against the API documents. Choose a file, or drop one anywhere
        on the view. Up to 16 MB; nothing is stored.
      </p>
      <ChooseFile
        accept=".har,.json,application/json"
        isBusy={check === 'busy' || isOffline.value}
        onFile={(file) => file !== undefined && checkArchive(file)}
      >
        Choose a HAR file …
      </ChooseFile>
      {check === 'busy' && <Skeleton />}
      {typeof check === 'object' &&
        ('fault' in check ? (
          <p class="fault" role="alert">
            <Sentence text={errorText(check.fault)} />
          </p>
        ) : (
          <Result {...check} />
        ))}
    </>
  );
}

/** The result of a check. */
function Result({ name, entries, report }: Checked) {
  const { checked: count, skipped, total } = report;
  const violating = entries.filter(({ faults }) => faults.length > 0).length;
  const isTruncated = entries.length < count;
  return (
    <section aria-label="Checked archive">
      <h3>
        <Long text={name} />
      </h3>
      <p role="status">
        <strong class={total === 0 ? 'verdict allow' : 'verdict deny'}>
          {violating} of {count} requests do not conform.
        </strong>{' '}
        {skipped > 0 && `${skipped} more belong to no documented API and were not checked. `}
        {isTruncated && 'Only the first 1000 conforming requests and the first 1000 errors are listed.'}
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
        {method} {shorten(path)}
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
