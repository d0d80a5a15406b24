import { isOffline } from '../../../connection.ts';
import { addressOf } from '../../../control-api/client.ts';
import { ChooseFile } from '../../../parts/choose-file.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { describeError } from '../../../parts/loaded.tsx';
import { LongText, shorten } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { titleOfService } from '../../../parts/service.ts';
import { Skeleton } from '../../../parts/skeleton.tsx';
import { Status } from '../../../parts/status.tsx';
import { type ArchiveCheck, type CheckedRequest, checkArchive, latestCheck } from '../../../state/check-archive.ts';

/** Asks for an archive, and shows which of its requests conform to the documents. */
export function CheckHar() {
  const check = latestCheck.value;
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
        ('error' in check ? (
          <p class="fault" role="alert">
            <Sentence text={describeError(check.error)} />
          </p>
        ) : (
          <CheckResult {...check} />
        ))}
    </>
  );
}

/** The number of requests that do not conform, and a table of all requests. */
function CheckResult({ name, entries, report }: ArchiveCheck) {
  const { checked: count, skipped, total } = report;
  const violating = entries.filter(({ violations }) => violations.length > 0).length;
  const isTruncated = entries.length < count;
  return (
    <section aria-label="Checked archive">
      <h3>
        <LongText text={name} />
      </h3>
      <p role="status">
        <strong class={total === 0 ? 'verdict allow' : 'verdict deny'}>
          {violating} of {count} requests do not conform.
        </strong>{' '}
        {skipped > 0 && `${skipped} more belong to no documented API and were not checked. `}
        {isTruncated && 'Only the first 1000 conforming requests and the first 1000 errors are listed.'}
      </p>
      {entries.length > 0 && (
        <DataTable
          label="Requests of the archive"
          rows={entries}
          keyOf={({ number }) => String(number)}
          columns={COLUMNS}
        />
      )}
    </section>
  );
}

const COLUMNS: readonly Column<CheckedRequest>[] = [
  { title: 'No.', cell: ({ number }) => number, sortKeyOf: ({ number }) => number },
  {
    title: 'Result',
    cell: ({ violations }) =>
      violations.length === 0 ? (
        <span class="verdict allow">conforms</span>
      ) : (
        <span class="verdict deny">does not conform</span>
      ),
    sortKeyOf: ({ violations }) => violations.length,
    class: 'result',
  },
  { title: 'Status', cell: ({ status }) => <Status status={status} />, sortKeyOf: ({ status }) => status },
  {
    title: 'Request',
    cell: ({ method, path }) => (
      <span class="long">
        {method} {shorten(path)}
      </span>
    ),
    sortKeyOf: ({ path }) => path,
  },
  {
    title: 'Operation',
    cell: ({ service, operation, page }) =>
      page === null ? (
        'none'
      ) : (
        <span>
          <a href={addressOf(page)}>{operation}</a> <span class="quiet">{titleOfService(service ?? '')}</span>
        </span>
      ),
    sortKeyOf: ({ operation }) => operation,
  },
  {
    title: 'What is wrong',
    cell: ({ violations }) => (
      <ul class="plain">
        {violations.map((text) => (
          <li key={text}>
            <LongText text={text} isSentence />
          </li>
        ))}
      </ul>
    ),
  },
];
