import { addressOfView, choose, chosen } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { FidelityReport, Finding } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges, reportChange } from '../../state/changes.ts';
import { fidelityOf } from '../../state/fidelity.ts';
import './findings.css';

/** Findings, and the certainty of the mock's behaviour. */
export function Findings() {
  const loaded = useLoaded(() => askAll<Finding>('findings'), [countChanges('findings')]);
  const act = useAct();
  const chosenKind = chosen.value['kind'] ?? '';
  const all = readValue(loaded, undefined);
  const groups = groupByKind(all ?? []);
  const kinds = groups.map(([kind]) => kind);
  const visibleGroups = groups.filter(([kind]) => chosenKind === '' || kind === chosenKind);
  const count = visibleGroups.reduce((sum, [, group]) => sum + group.length, 0);
  const dismiss = (dismissed: readonly Finding[]) =>
    act.run(async () => {
      await Promise.all(dismissed.map(({ id }) => ask('DELETE', `/_mock/findings/${encodeURIComponent(id)}`)));
      reportChange('findings');
      return dismissed.length === 1 ? 'The finding was dismissed.' : `${dismissed.length} findings were dismissed.`;
    });
  return (
    <div class="two findings">
      <ViewHeader
        title="Findings"
        count={chosenKind === '' || all === undefined ? all?.length : `${count} of ${all.length}`}
      >
        <Feedback act={act} />
        {(kinds.length > 1 || chosenKind !== '') && (
          <select
            aria-label="Kind"
            value={chosenKind}
            onChange={(event) => choose({ kind: event.currentTarget.value })}
          >
            <option value="">any kind</option>
            {[...new Set([...kinds, ...(chosenKind === '' ? [] : [chosenKind])])].map((kind) => (
              <option key={kind} value={kind}>
                {formatTitle(kind)}
              </option>
            ))}
          </select>
        )}
      </ViewHeader>
      <section class="first page rows labelled">
        <WhenLoaded of={loaded}>
          {({ length }) => (
            <>
              <p class={length === 0 ? undefined : 'quiet'}>
                {length === 0
                  ? 'No findings. A finding is something worth knowing although no request failed because of it, such as a query parameter that was ignored because the vendor does not document it.'
                  : visibleGroups.length === 0
                    ? `No findings of the kind “${formatTitle(chosenKind)}”.`
                    : 'A finding that you dismiss comes back when it happens again.'}
              </p>
              {visibleGroups.map(([kind, group]) => (
                <Group key={kind} kind={kind} findings={group} isBusy={act.isBusy} dismiss={dismiss} />
              ))}
              <Fidelity />
            </>
          )}
        </WhenLoaded>
      </section>
    </div>
  );
}

/** Groups findings by kind, newest first as received. */
function groupByKind(findings: readonly Finding[]): readonly (readonly [string, readonly Finding[]])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.kind);
    if (group === undefined) groups.set(finding.kind, [finding]);
    else group.push(finding);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

interface GroupProps {
  readonly kind: string;
  readonly findings: readonly Finding[];
  readonly isBusy: boolean;
  readonly dismiss: (findings: readonly Finding[]) => void;
}

function Group({ kind, findings, isBusy, dismiss }: GroupProps) {
  const title = formatTitle(kind);
  return (
    <section aria-label={title} class="group">
      <div class="heading">
        <h2>
          {title} <span class="quiet">({findings.length})</span>
        </h2>
        {findings.length > 1 && (
          <Confirm
            title={`Dismiss all of ${title}?`}
            confirmLabel="Dismiss all"
            warning={`All ${findings.length} findings of the kind “${title}” are dismissed. They come back if they happen again.`}
            class="small"
            isBusy={isBusy}
            onConfirm={() => dismiss(findings)}
          >
            Dismiss all of this kind
          </Confirm>
        )}
      </div>
      <DataTable
        label={`Findings of the kind ${title}`}
        rows={findings}
        keyOf={({ id }) => id}
        columns={[
          {
            title: 'Finding',
            cell: ({ message, request }) => (
              <>
                <Long text={message} isSentence />{' '}
                {request !== null && <a href={addressOfView('requests', { request })}>Show the request</a>}
              </>
            ),
            by: ({ message }) => message,
            class: 'message',
          },
          { title: 'How often', cell: ({ count }) => count, by: ({ count }) => count },
          {
            title: 'First seen',
            cell: ({ firstSeenAt }) => <When at={firstSeenAt} />,
            by: (one) => one.firstSeenAt,
            class: 'wide-only',
          },
          {
            title: 'Last seen',
            cell: ({ lastSeenAt }) => <When at={lastSeenAt} isRelative />,
            by: ({ lastSeenAt }) => lastSeenAt,
          },
          {
            title: '',
            cell: (finding) => (
              <button type="button" class="small" disabled={isBusy} onClick={() => dismiss([finding])}>
                Dismiss
              </button>
            ),
          },
        ]}
      />
    </section>
  );
}

/** Turns a kind such as `undocumented_query` into words. */
function formatTitle(kind: string): string {
  const words = kind.replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Counts the documented operations of a service. */
function countDocumented(service: string, operations: FidelityReport['operations']): number {
  return operations.filter((one) => one.service === service && one.certainty === 'documented').length;
}

/** How much of each service is documented. */
function Fidelity() {
  const loaded = useLoaded(() => fidelityOf(''), []);
  return (
    <section aria-label="How sure the answers are" class="fidelity">
      <h2>How sure the answers are</h2>
      <WhenLoaded of={loaded}>
        {({ fidelity, services, operations }) => (
          <>
            <p>
              {fidelity === 'any'
                ? 'This server answers every operation, documented or not.'
                : 'This server answers only what is documented.'}
            </p>
            <DataTable
              label="Operations of each service"
              rows={services.map((one) => ({ ...one, documented: countDocumented(one.service, operations) }))}
              keyOf={({ service }) => service}
              columns={[
                {
                  title: 'Service',
                  cell: ({ service }) => serviceTitle(service),
                  by: (one) => serviceTitle(one.service),
                },
                { title: 'Version', cell: ({ profile }) => profile ?? '', by: ({ profile }) => profile },
                { title: 'Operations', cell: ({ operations }) => operations, by: ({ operations }) => operations },
                { title: 'Documented', cell: ({ documented }) => documented, by: ({ documented }) => documented },
                {
                  title: 'Answered with --fidelity documented',
                  cell: ({ remaining }) => remaining,
                  by: ({ remaining }) => remaining,
                },
                { title: 'Contradicted', cell: ({ questioned }) => questioned, by: (one) => one.questioned },
              ]}
            />
            <p class="quiet">
              With <code>--fidelity documented</code>, the mock answers only operations that are documented, follow from
              the documentation, or were observed. For contradicted operations the documentation says two things: the
              mock follows one of them, and each response adds a finding.
            </p>
          </>
        )}
      </WhenLoaded>
    </section>
  );
}
