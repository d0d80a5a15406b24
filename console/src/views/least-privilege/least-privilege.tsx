import { choices, choose } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { LeastPrivilege, PrincipalReport } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Search } from '../../parts/search.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { type Mode, readMode, setMode } from '../../state/mode.ts';
import { Report } from './report.tsx';
import { WhichKey } from './which-key.tsx';
import './least-privilege.css';

/** Shows what each credential was used for, and the least rights that allow it. */
export function LeastPrivilegeView() {
  const loaded = useLoaded(async () => {
    const [report, mode] = await Promise.all([ask<LeastPrivilege>('GET', '/_mock/least-privilege'), readMode()]);
    return { ...report, mode };
  }, [countChanges('requests', 'keys', 'mode')]);
  const act = useAct();
  const { who: credentialId, text = '' } = choices.value;
  const { principals = [], mode } = readValue(loaded, {} as Partial<LeastPrivilege & { mode: Mode }>);
  const isObserving = mode === 'observe';
  const visibleReports = filterReports(principals, text.toLowerCase(), credentialId);
  const count =
    visibleReports.length === principals.length
      ? visibleReports.length
      : `${visibleReports.length} of ${principals.length}`;
  return (
    <div class="two">
      <ViewHeader title="Least privilege" count={mode && count}>
        <Feedback act={act} />
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isObserving}
          disabled={act.isBusy || mode === undefined}
          onClick={() => act.run(() => setMode(isObserving ? 'enforce' : 'observe'))}
        >
          Observe
        </button>
      </ViewHeader>
      {(principals.length > 1 || text !== '') && (
        <search class="bar one-row">
          <Search
            label="Search"
            placeholder="credential, operation …"
            value={text}
            change={(newText) => choose({ text: newText }, false)}
          />
          {credentialId !== undefined && (
            <button type="button" onClick={() => choose({ who: undefined }, false)}>
              Show all
            </button>
          )}
        </search>
      )}
      <section class="first page rows labelled">
        <WhichKey />
        <WhenLoaded loaded={loaded}>
          {({ full }) => (
            <>
              <p class="quiet">{MODE_TEXTS[mode ?? 'enforce']}</p>
              {full && <p class="hint">Too many operations were used to record them all: the report is incomplete.</p>}
              {principals.length === 0 ? (
                <p>
                  No service has been called yet. Run your flow against this server to see here what each of its
                  credentials needs.
                </p>
              ) : (
                visibleReports.length === 0 && (
                  <p>
                    {credentialId === undefined
                      ? 'No credential matches.'
                      : 'This credential has not called a service.'}
                  </p>
                )
              )}
              {visibleReports.map((report) => (
                <Report key={report.principal.id} report={report} />
              ))}
            </>
          )}
        </WhenLoaded>
      </section>
    </div>
  );
}

/** Returns the reports that match the search, of one credential if its id is given. */
function filterReports(all: readonly PrincipalReport[], query: string, credentialId: string | undefined) {
  return all.filter(
    ({ principal: { id, name, kind }, used }) =>
      (credentialId === undefined || id === credentialId) &&
      `${id} ${name} ${kind} ${used.map(({ operation }) => operation).join(' ')}`.toLowerCase().includes(query),
  );
}

const MODE_TEXTS = {
  enforce: 'Observe is off: a request without the rights is refused.',
  observe:
    'Observe is on: a request without the rights is allowed and recorded. A flow runs to its end and shows everything it needs.',
} as const;
