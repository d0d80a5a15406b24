import { choose, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { LeastPrivilege } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Search } from '../../parts/search.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { changesOf } from '../../state/changes.ts';
import { type Mode, readMode, setMode } from '../../state/mode.ts';
import { Report } from './report.tsx';
import './least-privilege.css';

/** What each credential was used for, and the smallest rights that allow it. */
export function LeastPrivilegeView() {
  const loaded = useLoaded(async () => {
    const [report, mode] = await Promise.all([ask<LeastPrivilege>('GET', '/_mock/least-privilege'), readMode()]);
    return { report, mode };
  }, [changesOf('requests', 'keys', 'mode')]);
  return (
    <div class="page">
      <ViewHeader title="Least privilege" />
      <WhenLoaded of={loaded}>
        {({ report, mode }) => (
          <>
            <ModeSwitch mode={mode} />
            <Reports report={report} />
          </>
        )}
      </WhenLoaded>
    </div>
  );
}

function Reports({ report: { principals, full } }: { readonly report: LeastPrivilege }) {
  const { who, text = '' } = chosen.value;
  const sought = text.toLowerCase();
  const shown = principals.filter(
    ({ principal: { id, name, kind }, used }) =>
      (who === undefined || id === who) &&
      `${id} ${name} ${kind} ${used.map(({ operation }) => operation).join(' ')}`.toLowerCase().includes(sought),
  );
  return (
    <>
      {principals.length === 0 ? (
        <p class="quiet">
          Nobody has called a service yet. Run your flow against this server: what each of its credentials needed is
          shown here.
        </p>
      ) : (
        <search class="bar">
          <Search
            label="Search"
            placeholder="credential, operation …"
            value={text}
            change={(wanted) => choose({ text: wanted }, false)}
          />
          {who !== undefined && (
            <button type="button" onClick={() => choose({ who: undefined }, false)}>
              Show everybody
            </button>
          )}
          <output class="quiet">
            {shown.length} of {principals.length}
          </output>
        </search>
      )}
      {principals.length > 0 && shown.length === 0 && (
        <p class="quiet">{who === undefined ? 'No credential is like this.' : 'They have not called a service.'}</p>
      )}
      {shown.map((one) => (
        <Report key={one.principal.id} report={one} />
      ))}
      {full && <p class="hint">There was no room for all that was used: the report is not complete.</p>}
    </>
  );
}

const MEANING = {
  enforce: 'Off: a request without the rights is refused.',
  observe:
    'On: a request without the rights is let pass, and recorded. A flow runs to its end, and shows all that it needs.',
} as const;

function ModeSwitch({ mode }: { readonly mode: Mode }) {
  const act = useAct();
  const isObserving = mode === 'observe';
  const turn = () => act.run(() => setMode(isObserving ? 'enforce' : 'observe'));
  return (
    <section aria-label="Mode">
      <div class="bar">
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isObserving}
          disabled={act.isBusy}
          onClick={turn}
        >
          Observe
        </button>
        <span class="quiet">{MEANING[mode]}</span>
      </div>
      <Feedback act={act} />
    </section>
  );
}
