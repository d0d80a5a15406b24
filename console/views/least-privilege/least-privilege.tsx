import { choose, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { LeastPrivilege } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { changed, changesOf } from '../../state/changes.ts';
import { Report } from './report.tsx';
import './least-privilege.css';

type Mode = 'enforce' | 'observe';

/** What each credential was used for, and the smallest rights that allow it. */
export function LeastPrivilegeView() {
  const loaded = useLoaded(async () => {
    const [report, { mode }] = await Promise.all([
      ask<LeastPrivilege>('GET', '/_mock/least-privilege'),
      ask<{ mode: Mode }>('GET', '/_mock/mode'),
    ]);
    return { report, mode };
  }, [changesOf('requests', 'keys')]);
  const { who } = chosen.value;
  return (
    <div class="page">
      <WhenLoaded of={loaded}>
        {({ report: { principals, full }, mode }) => {
          const shown = who === undefined ? principals : principals.filter(({ principal: { id } }) => id === who);
          return (
            <>
              <ModeSwitch mode={mode} />
              {who !== undefined && (
                <button type="button" onClick={() => choose({ who: undefined }, false)}>
                  Show everybody
                </button>
              )}
              {shown.length === 0 && (
                <p class="quiet">
                  {who === undefined
                    ? 'Nobody has called a service yet. Run your flow against this server: what each of its credentials needed is shown here.'
                    : 'They have not called a service.'}
                </p>
              )}
              {shown.map((one) => (
                <Report key={one.principal.id} report={one} />
              ))}
              {full && <p class="hint">There was no room for all that was used: the report is not complete.</p>}
            </>
          );
        }}
      </WhenLoaded>
    </div>
  );
}

const MEANING = {
  enforce: 'What lacks rights is refused.',
  observe: 'What lacks rights is let pass, and recorded: a flow runs to its end, and shows all that it needs.',
} as const;

function ModeSwitch({ mode }: { readonly mode: Mode }) {
  const act = useAct();
  const set = (wanted: Mode) =>
    act.run(async () => {
      await ask('PUT', '/_mock/mode', { mode: wanted });
      changed('requests');
      return undefined;
    });
  return (
    <section aria-label="Mode">
      <div class="bar">
        {(['enforce', 'observe'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={mode === one} disabled={act.isBusy} onClick={() => set(one)}>
            {one}
          </button>
        ))}
        <span class="quiet">{MEANING[mode]}</span>
      </div>
      <Told act={act} />
    </section>
  );
}
