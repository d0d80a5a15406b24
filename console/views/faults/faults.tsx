import { addressOfView } from '../../address.ts';
import { askAll } from '../../control-api/client.ts';
import type { Fault, FaultMatch } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Copy } from '../../parts/copy.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Id } from '../../parts/id.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { shortOf } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { changesOf } from '../../state/changes.ts';
import { removeFaults } from '../../state/faults.ts';
import { BROKEN_AT, codeOf, Order } from './order.tsx';
import './faults.css';

/** What goes wrong on purpose, and a form for more of it. */
export function Faults() {
  const loaded = useLoaded(
    () => askAll<Fault>('faults'),
    // A fault's counters change when it is injected, and its end comes when the clock moves.
    [changesOf('faults', 'requests')],
  );
  return (
    <div class="page faults">
      <ViewHeader title="Faults" />
      <section>
        <WhenLoaded of={loaded}>{(faults) => <List faults={faults} />}</WhenLoaded>
      </section>
      <Order />
    </div>
  );
}

function List({ faults }: { readonly faults: readonly Fault[] }) {
  const act = useAct();
  const remove = (fault: Fault) =>
    act.run(async () => {
      await removeFaults([fault]);
      return fault.drill === null ? undefined : `The fault \`${fault.id}\` is removed.`;
    });
  const removeAll = () =>
    act.run(async () => {
      await removeFaults(faults);
      return 'All faults are removed.';
    });
  return (
    <>
      {faults.length === 0 && (
        <p>
          Nothing goes wrong on purpose. Add a fault below: for example, the operation <code>grant_token</code> with the
          status 503 makes the next login fail.
        </p>
      )}
      {faults.length > 0 && (
        <>
          <DataTable
            label="Faults, oldest first"
            rows={faults}
            keyOf={({ id }) => id}
            columns={[
              ...COLUMNS,
              {
                title: '',
                cell: (fault) => (
                  <>
                    {fault.drill === null && <Copy text={lineOf(fault)} label="Copy as code" />}{' '}
                    <RemoveOne fault={fault} isBusy={act.isBusy} onRemove={() => remove(fault)} />
                  </>
                ),
              },
            ]}
          />
          <div class="bar">
            <Confirm
              title="Remove all faults?"
              yes="Remove all"
              loses="All faults end, also those of drills."
              isBusy={act.isBusy}
              onYes={removeAll}
            >
              Remove all
            </Confirm>
          </div>
        </>
      )}
      <Feedback act={act} />
    </>
  );
}

function RemoveOne(props: { readonly fault: Fault; readonly isBusy: boolean; readonly onRemove: () => void }) {
  const { fault, isBusy, onRemove } = props;
  const label = (
    <>
      Remove<span class="unseen"> {fault.id}</span>
    </>
  );
  if (fault.drill !== null) {
    return (
      <Confirm
        title={`Remove fault ${fault.id}?`}
        yes="Remove fault"
        loses={`The drill ${fault.drill} loses this fault, which only starting the drill anew brings back.`}
        isBusy={isBusy}
        onYes={onRemove}
      >
        {label}
      </Confirm>
    );
  }
  return (
    <button type="button" class="small" disabled={isBusy} onClick={onRemove}>
      {label}
    </button>
  );
}

const COLUMNS: readonly Column<Fault>[] = [
  { title: 'Which requests', cell: (fault) => <Which fault={fault} />, by: ({ match }) => matchText(match) },
  { title: 'What happens', cell: ({ do: action }) => actionText(action), by: ({ do: action }) => actionText(action) },
  { title: 'Matched', cell: ({ seen }) => seen, by: ({ seen }) => seen, class: 'number' },
  {
    title: 'Injected',
    cell: ({ fired, times }) => (times === null ? fired : `${fired} of ${times}`),
    by: ({ fired }) => fired,
    class: 'number',
  },
  {
    title: 'Ends',
    cell: ({ until }) => until && <When at={until} isRelative />,
    by: ({ until }) => until,
  },
];

function Which({ fault: { id, match, after, drill } }: { readonly fault: Fault }) {
  return (
    <div>
      <Long text={matchText(match)} />
      {after > 0 && <div class="quiet">after the first {after}</div>}
      {drill !== null && (
        <div class="quiet">
          of the drill <a href={addressOfView('drills', { drill })}>{drill}</a>
        </div>
      )}
      <div class="quiet">
        <Id id={id} name="the id" />
      </div>
    </div>
  );
}

function lineOf({ match, times, after, do: action }: Fault): string {
  // Of a fault that no drill made, everything is a member that can be sent.
  return codeOf({ match: match as Record<string, string>, ...(times !== null && { times }), after, do: action });
}

/** The requests that a fault matches, with the member names of the control API. */
function matchText({
  operations,
  probability = 1,
  seed,
  ...match
}: FaultMatch & { readonly operations?: readonly string[] }): string {
  const parts = Object.entries(match).map(([name, value]) => {
    if (name === 'service') return `service ${serviceTitle(String(value))}`;
    return `${name === 'principal' ? 'caller' : name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  if (operations !== undefined) parts.push(`one of ${operations.join(', ')}`);
  if (probability < 1) parts.push(`with a probability of ${probability}${seed === '1' ? '' : ` (seed ${seed})`}`);
  return parts.length === 0 ? 'every request' : parts.join('; ');
}

/** What a fault does, in the order in which a client meets it. */
function actionText({ status, answer, retryAfter, delay, drop, body, after }: Fault['do']): string {
  const parts: string[] = [];
  if (after) parts.push('what was asked for is done');
  if (delay !== undefined) {
    const [min, max] = [shortOf(delay.min), shortOf(delay.max)];
    parts.push(min === max ? `a delay of ${min}` : `a delay of ${min} to ${max}`);
  }
  if (status !== undefined) parts.push(`status ${status}`);
  if (answer !== undefined) parts.push(`an answer of your own, with the status ${answer.status}`);
  if (retryAfter !== undefined) {
    parts.push(retryAfter === 'end' ? 'Retry-After until it ends' : `Retry-After ${retryAfter} s`);
  }
  if (drop !== undefined) parts.push(`the connection breaks ${BROKEN_AT[drop]}`);
  if (body !== undefined) parts.push(`the body is ${body}`);
  return parts.join('; ');
}
