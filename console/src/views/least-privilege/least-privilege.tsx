import { choices, choose } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { LeastPrivilege, PrincipalReport } from '../../control-api/types.ts';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Search } from '../../parts/search.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { Report } from './report.tsx';
import './least-privilege.css';

/** Shows what each credential was used for, and the least rights that allow it. */
export function LeastPrivilegeView() {
  const loaded = useLoaded(
    () => ask<LeastPrivilege>('GET', '/_mock/least-privilege'),
    [countChanges('requests', 'keys')],
  );
  const { who: credentialId, text = '' } = choices.value;
  const { principals } = readValue(loaded, { principals: [] as LeastPrivilege['principals'] });
  const visibleReports = filterReports(principals, text.toLowerCase(), credentialId);
  const count =
    visibleReports.length === principals.length
      ? visibleReports.length
      : `${visibleReports.length} of ${principals.length}`;
  return (
    <div class="two">
      <ViewHeader title="Least privilege" count={loaded !== null && 'value' in loaded ? count : undefined} />
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
        <WhenLoaded loaded={loaded}>
          {({ full }) => (
            <>
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
