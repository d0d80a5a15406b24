import { addressOfView, choices, choose } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { Drill, Fault } from '../../control-api/types.ts';
import { formatDuration } from '../../duration.ts';
import { type Act, Feedback, useAct } from '../../parts/act.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { readValue, useLoaded, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { worldTime } from '../../state/clock.ts';
import { endDrill, formatDrillTitle } from '../../state/drills.ts';
import { hasEnded } from '../../state/faults.ts';
import { readIdentities } from '../../state/identities.ts';
import { type DrillState, isInForce } from './drill.ts';
import { DrillDetails } from './drill-details.tsx';
import './drills.css';

/** The drills, which are failures that a client must survive, and a panel for one of them. */
export function Drills() {
  const loaded = useLoaded(
    async () => {
      const [{ drills }, faults] = await Promise.all([
        ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills'),
        askAll<Fault>('faults'),
      ]);
      return drills.map(
        (drill): DrillState => ({
          drill,
          fault: faults.find((fault) => fault.drill === drill.name && !hasEnded(fault)),
        }),
      );
    },
    // A drill with a duration consists of faults.
    [countChanges('drills', 'faults')],
  );
  const identities = useQuery(readIdentities);
  const act = useAct();
  const all = readValue(loaded, []);
  const openDrill = all.find(({ drill }) => drill.name === choices.value['drill']);
  return (
    <div class={`two drills${openDrill === undefined ? '' : ' opened'}`}>
      <ViewHeader title="Drills" count={loaded === null ? undefined : all.length} />
      <section class="first page rows" aria-label="All drills">
        <p>
          A drill makes something go wrong on purpose, as it does in production. Start one while your client runs, and
          check that it behaves like a correct client.{' '}
          <a href={addressOfView('drills', { drill: 'token-outage' })}>Token outage</a> is a good first one.
        </p>
        <WhenLoaded loaded={loaded}>
          {(drills) => (
            <DataTable
              label="Drills"
              rows={drills}
              keyOf={({ drill }) => drill.name}
              columns={[...COLUMNS, { title: '', cell: (state) => <StartOrEnd {...state} act={act} /> }]}
            />
          )}
        </WhenLoaded>
        <Feedback act={act} />
      </section>
      {openDrill !== undefined && (
        <Panel label={formatDrillTitle(openDrill.drill.name)} onClose={() => choose({ drill: undefined })}>
          <WhenLoaded loaded={identities}>
            {(callers) => <DrillDetails key={openDrill.drill.name} {...openDrill} identities={callers} />}
          </WhenLoaded>
        </Panel>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<DrillState>[] = [
  {
    title: 'Drill',
    cell: ({ drill }) => <Name drill={drill} />,
    sortKeyOf: ({ drill }) => formatDrillTitle(drill.name),
    class: 'name',
  },
  {
    title: 'What goes wrong',
    // The first sentence of the description.
    cell: ({ drill: { what } }) => <Sentence text={what.replace(/(?<=\.) .*/, '')} />,
    class: 'what',
  },
  {
    title: 'API',
    cell: ({ drill }) => titleOfService(drill.service),
    sortKeyOf: ({ drill }) => titleOfService(drill.service),
    class: 'api',
  },
  {
    title: 'State',
    cell: ({ drill }) => <State drill={drill} />,
    sortKeyOf: ({ drill }) => Number(isInForce(drill)),
    class: 'state',
  },
];

function Name({ drill }: { readonly drill: Drill }) {
  const { name } = drill;
  return (
    <>
      <a
        href={addressOfView('drills', { drill: name })}
        aria-current={choices.value['drill'] === name ? 'true' : undefined}
      >
        {formatDrillTitle(drill.name)}
      </a>{' '}
      <code class="quiet">{name}</code>
    </>
  );
}

function State({ drill }: { readonly drill: Drill }) {
  if (!isInForce(drill)) return <span class="quiet">not running</span>;
  const now = worldTime.value?.now;
  return (
    <>
      <span class="status wrong">running</span>{' '}
      {drill.endsAt !== null && now !== undefined && (
        <span class="quiet">{formatDuration(Date.parse(drill.endsAt) - Date.parse(now))} left</span>
      )}
    </>
  );
}

/** A button that ends a running drill, or a link to the form that starts it. */
function StartOrEnd({ drill, fault, act }: DrillState & { readonly act: Act }) {
  const title = <span class="unseen"> {formatDrillTitle(drill.name)}</span>;
  if (isInForce(drill)) {
    return (
      <button
        type="button"
        class="small"
        disabled={act.isBusy}
        onClick={() => act.run(() => endDrill(drill, fault?.match.principal))}
      >
        End{title}
      </button>
    );
  }
  return (
    <a class="button small" href={addressOfView('drills', { drill: drill.name })}>
      Start …{title}
    </a>
  );
}
