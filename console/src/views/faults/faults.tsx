import { useState } from 'preact/hooks';
import { addressOfView, choices, go } from '../../address.ts';
import { askAll, type Fault, type FaultMatch } from '../../control-api/client.ts';
import { type Act, ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { Code } from '../../parts/copy.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Panel } from '../../parts/panel.tsx';
import { titleOfService } from '../../parts/service.ts';
import { shortenDuration } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges } from '../../state/changes.ts';
import { hasEnded, orderOf, removeFaults } from '../../state/faults.ts';
import { type ListedOperation, readListedOperations } from '../../state/operations.ts';
import { BROKEN_AT_LABELS, describeOperations, toTestCode } from './draft.ts';
import { NewFault } from './new-fault.tsx';

export function Faults() {
  const loaded = useLoaded(
    () => askAll<Fault>('faults'),
    // Injecting a fault changes its counters; moving the clock can end it.
    [countChanges('faults', 'requests')],
  );
  const act = useAct();
  const faults = readValue(loaded, []);
  // The choices of this view are the requests that the form is filled in for.
  const isOpen = Object.keys(choices.value).length > 0;
  return (
    <div class={isOpen ? 'two opened' : 'two'}>
      <ViewHeader title="Faults" count={loaded === null ? undefined : formatCount(faults)}>
        {faults.length > 0 && (
          <Menu
            subject="all faults"
            isBusy={act.isBusy}
            items={[{ label: 'Remove all', run: () => act.run(() => removeFaults(faults)) }]}
          />
        )}
        <a class="button main" href={addressOfView('faults', { make: 'yes' })}>
          Add a fault
        </a>
      </ViewHeader>
      <section class="first page" aria-label="All faults">
        <WhenLoaded loaded={loaded}>{(all) => <List faults={all} act={act} />}</WhenLoaded>
        <Feedback act={act} />
      </section>
      {isOpen && (
        <Panel label="New fault" onClose={() => go(addressOfView('faults'))}>
          <NewFault key={JSON.stringify(choices.value)} />
        </Panel>
      )}
    </div>
  );
}

function formatCount(faults: readonly Fault[]): number | string {
  const endedCount = faults.filter(hasEnded).length;
  return endedCount === 0 ? faults.length : `${faults.length}, ${endedCount} ended`;
}

function List({ faults, act }: { readonly faults: readonly Fault[]; readonly act: Act }) {
  const [expandedId, setExpandedId] = useState('');
  const operations = readValue(useQuery(readListedOperations), []);
  if (faults.length === 0) {
    return <p>No faults. Add one to make requests fail: the form is filled in for the next token request.</p>;
  }
  return (
    <DataTable
      label="Faults, oldest first"
      rows={faults}
      keyOf={({ id }) => id}
      columns={[
        ...createColumns(operations),
        {
          title: '',
          cell: (fault) => (
            <>
              <ActButton act={act} action={() => removeFaults([fault])} class="small">
                Remove<span class="unseen"> {fault.id}</span>
              </ActButton>{' '}
              <Menu
                subject={`fault ${fault.id}`}
                isBusy={false}
                items={[
                  expandedId === fault.id
                    ? { label: 'Hide the code', run: () => setExpandedId('') }
                    : { label: 'Show as code', run: () => setExpandedId(fault.id) },
                ]}
              />
            </>
          ),
        },
      ]}
      below={(fault) => expandedId === fault.id && <Code text={toTestCode(orderOf(fault)) ?? ''} />}
    />
  );
}

function createColumns(operations: readonly ListedOperation[]): readonly Column<Fault>[] {
  const describe = ({ match }: Fault) => describeMatch(match, operations);
  return [
    {
      title: 'Which requests',
      cell: (fault) => (
        <div>
          <LongText text={describe(fault)} />
          <div class="quiet">
            <Id id={fault.id} name="the id" />
          </div>
        </div>
      ),
      sortKeyOf: describe,
    },
    {
      title: 'What happens',
      cell: ({ do: action }) => describeAction(action),
      sortKeyOf: ({ do: action }) => describeAction(action),
    },
    {
      title: 'How often',
      cell: (fault) => <HowOften fault={fault} />,
      sortKeyOf: ({ fired }) => fired,
      class: 'when',
    },
  ];
}

function HowOften({ fault }: { readonly fault: Fault }) {
  const { fired, seen, times, after, until } = fault;
  const details = [after > 0 && `skips the first ${after}`, seen !== fired && `${seen} matched`].filter(Boolean);
  return (
    <>
      {times === null ? `always, ${fired} so far` : `${fired} of ${times}`}{' '}
      {hasEnded(fault) && <span class="status idle">ended</span>}
      {details.length > 0 && <div class="quiet">{details.join(', ')}</div>}
      {until !== null && (
        <div class="quiet">
          {hasEnded(fault) ? 'ended' : 'ends'} <When at={until} isRelative />
        </div>
      )}
    </>
  );
}

/** The seed of the control API, which is not worth showing. */
const DEFAULT_SEED = '1';

/** Describes the requests that a fault matches, with titles of operations, and other members by name. */
function describeMatch(match: FaultMatch, all: readonly ListedOperation[]): string {
  const { operation: _, operations: __, probability = 1, seed, ...otherMembers } = match;
  const parts = Object.entries(otherMembers).map(([name, value]) => {
    if (name === 'service') return `service ${titleOfService(String(value))}`;
    return `${name === 'principal' ? 'caller' : name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  const operationText = describeOperations(match, all);
  if (operationText !== null) parts.unshift(operationText);
  if (probability < 1)
    parts.push(`with a probability of ${probability}${seed === DEFAULT_SEED ? '' : ` (seed ${seed})`}`);
  return parts.length === 0 ? 'every request' : parts.join('; ');
}

/** Describes what a fault does, in the order that a client sees it. */
function describeAction({ status, answer, retryAfter, delay, drop, body, after }: Fault['do']): string {
  const parts: string[] = [];
  if (after) parts.push('the request is carried out');
  if (delay !== undefined) {
    const min = shortenDuration(delay.min);
    const max = shortenDuration(delay.max);
    parts.push(min === max ? `a delay of ${min}` : `a delay of ${min} to ${max}`);
  }
  if (status !== undefined) parts.push(`status ${status}`);
  if (answer !== undefined) parts.push(`a custom response with status ${answer.status}`);
  if (retryAfter !== undefined) {
    parts.push(retryAfter === 'end' ? 'Retry-After until it ends' : `Retry-After ${retryAfter} s`);
  }
  if (drop !== undefined) parts.push(`the connection breaks ${BROKEN_AT_LABELS[drop]}`);
  if (body !== undefined) parts.push(`the body is ${body}`);
  return parts.join('; ');
}
