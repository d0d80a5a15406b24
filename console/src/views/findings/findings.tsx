import { addressOfView, choices, choose } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { Finding } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ConfirmButton } from '../../parts/confirm.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { handleValue } from '../../parts/handlers.ts';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { createOptions, includeChosen } from '../../parts/options.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges, reportChange } from '../../state/changes.ts';
import './findings.css';

/** The findings by kind. */
export function Findings() {
  const loaded = useLoaded(() => askAll<Finding>('findings'), [countChanges('findings')]);
  const act = useAct();
  const chosenKind = choices.value['kind'] ?? '';
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
        {(kinds.length > 1 || chosenKind !== '') && <KindSelect kinds={kinds} chosenKind={chosenKind} />}
      </ViewHeader>
      <section class="first page rows labelled">
        <WhenLoaded loaded={loaded}>
          {({ length }) => (
            <>
              <p class={length === 0 ? undefined : 'quiet'}>{describeList(length, visibleGroups.length, chosenKind)}</p>
              {visibleGroups.map(([kind, group]) => (
                <Group key={kind} kind={kind} findings={group} isBusy={act.isBusy} dismiss={dismiss} />
              ))}
            </>
          )}
        </WhenLoaded>
      </section>
    </div>
  );
}

/**
 * Returns the sentence above the list.
 *
 * @param total the number of findings of all kinds
 * @param visible the number of visible groups
 */
function describeList(total: number, visible: number, kind: string): string {
  if (total === 0) return NO_FINDINGS;
  if (visible === 0) return `No findings of the kind “${formatKind(kind)}”.`;
  return 'A finding that you dismiss comes back when it happens again.';
}

const NO_FINDINGS =
  'No findings. A finding is something worth knowing although no request failed because of it, such as a query parameter that was ignored because the vendor does not document it.';

/** Returns the findings grouped by kind, in alphabetical order. Within a group, they keep their order: newest first. */
function groupByKind(findings: readonly Finding[]): readonly (readonly [string, readonly Finding[]])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.kind);
    if (group === undefined) groups.set(finding.kind, [finding]);
    else group.push(finding);
  }
  return [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** The choice of a kind. It keeps a kind of the address that has no findings. */
function KindSelect({ kinds, chosenKind }: { readonly kinds: readonly string[]; readonly chosenKind: string }) {
  return (
    <select aria-label="Kind" value={chosenKind} onChange={handleValue((value) => choose({ kind: value }))}>
      {createOptions(
        includeChosen(kinds, chosenKind).map((kind) => [kind, formatKind(kind)]),
        'any kind',
      )}
    </select>
  );
}

interface GroupProps {
  readonly kind: string;
  readonly findings: readonly Finding[];
  readonly isBusy: boolean;
  readonly dismiss: (findings: readonly Finding[]) => void;
}

function Group({ kind, findings, isBusy, dismiss }: GroupProps) {
  const title = formatKind(kind);
  return (
    <section aria-label={title} class="group">
      <div class="heading">
        <h2>
          {title} <span class="quiet">({findings.length})</span>
        </h2>
        {findings.length > 1 && (
          <ConfirmButton
            title={`Dismiss all of ${title}?`}
            confirmLabel="Dismiss all"
            warning={`All ${findings.length} findings of the kind “${title}” are dismissed. They come back if they happen again.`}
            class="small"
            isBusy={isBusy}
            onConfirm={() => dismiss(findings)}
          >
            Dismiss all of this kind
          </ConfirmButton>
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
                <LongText text={message} isSentence />{' '}
                {request !== null && <a href={addressOfView('requests', { request })}>Show the request</a>}
              </>
            ),
            sortKeyOf: ({ message }) => message,
            class: 'message',
          },
          { title: 'How often', cell: ({ count }) => count, sortKeyOf: ({ count }) => count },
          {
            title: 'First seen',
            cell: ({ firstSeenAt }) => <When at={firstSeenAt} />,
            sortKeyOf: ({ firstSeenAt }) => firstSeenAt,
            class: 'wide-only',
          },
          {
            title: 'Last seen',
            cell: ({ lastSeenAt }) => <When at={lastSeenAt} isRelative />,
            sortKeyOf: ({ lastSeenAt }) => lastSeenAt,
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
function formatKind(kind: string): string {
  const words = kind.replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
