import { useState } from 'preact/hooks';
import { addressOfView, choose, chosen } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { MadeWorld, Snapshot } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Copy } from '../../parts/copy.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { Secret } from '../../parts/secret.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { timeText } from '../../parts/time.ts';
import { changed, changesOf } from '../../state/changes.ts';
import { consoleOf, here, worlds } from '../../state/worlds.ts';
import { holdersIn, holdersOf, wordsOf } from './holders.ts';
import { WaysIn } from './ways.tsx';

/** What a world can start from. The empty name is what the server was started with. */
const ORIGINS = {
  '': 'the seed of the server',
  builtin: 'the built-in seed',
  none: 'nothing',
  world: 'a copy of a world',
  snapshot: 'a copy of a snapshot',
} as const;

/** @param of the id of the world or of the snapshot that is copied */
function originOf(from: string, of: string): object {
  if (from === '') return {};
  return from === 'world' || from === 'snapshot' ? { from: { [from]: of } } : { seed: from };
}

/** Makes a world. What it starts from is in the address, so that a snapshot can lead here. */
export function Order() {
  const act = useAct();
  const [made, setMade] = useState<MadeWorld | null>(null);
  const { from = '', of = '' } = chosen.value;

  const make = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const filled = ['id', 'label', 'ttl', 'credentials'].map((name) => [name, String(given.get(name) ?? '').trim()]);
    void act.run(async () => {
      setMade(null);
      const order = Object.fromEntries(filled.filter(([, text]) => text !== ''));
      setMade(
        await ask<MadeWorld>('POST', '/_mock/worlds', { ...order, ...originOf(from, String(given.get('of') ?? '')) }),
      );
      changed('worlds');
    });
  };
  return (
    <section aria-label="Make a world">
      <h2>Make a world</h2>
      <form class="order" onSubmit={make}>
        <label>
          Id
          <input name="id" placeholder="made up" autocomplete="off" spellcheck={false} />
        </label>
        <label>
          Label
          <input name="label" placeholder="what it is for" autocomplete="off" maxLength={500} />
        </label>
        <label>
          Ends after … without use
          <input name="ttl" placeholder="1h, or never" autocomplete="off" size={12} />
        </label>
        <label>
          It starts from
          <select
            value={from}
            onChange={({ currentTarget: { value } }) =>
              choose({ from: value, of: value === 'world' ? here.value?.id : undefined }, false)
            }
          >
            {Object.entries(ORIGINS).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {from === 'world' && <WhichWorld of={of} />}
        {from === 'snapshot' && <WhichSnapshot of={of} />}
        <label>
          Credentials
          <select name="credentials">
            <option value="own">of its own</option>
            <option value="cast">those of the seed</option>
          </select>
        </label>
        <button type="submit" class="main" disabled={act.isBusy}>
          Make the world
        </button>
      </form>
      <Feedback act={act} />
      <div role="status">{made !== null && <Made key={made.id} world={made} />}</div>
    </section>
  );
}

function WhichWorld({ of }: { readonly of: string }) {
  return (
    <label>
      Which world
      <input
        name="of"
        required
        list="worlds-to-copy"
        autocomplete="off"
        value={of}
        onInput={(event) => choose({ of: event.currentTarget.value.trim() }, false)}
      />
      <datalist id="worlds-to-copy">
        {worlds.value.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </label>
  );
}

function WhichSnapshot({ of }: { readonly of: string }) {
  const loaded = useLoaded(() => askAll<Snapshot>('snapshots'), [changesOf('snapshots')]);
  const snapshots = readValue(loaded, []);
  const isKnown = snapshots.some(({ id }) => id === of);
  if (loaded !== null && snapshots.length === 0) {
    return (
      <p>
        This world has no snapshot: <a href={addressOfView('snapshots')}>take one</a>.
      </p>
    );
  }
  return (
    <label>
      Which snapshot
      <select
        name="of"
        value={of || (snapshots[0]?.id ?? '')}
        onChange={(event) => choose({ of: event.currentTarget.value }, false)}
      >
        {of !== '' && !isKnown && <option>{of}</option>}
        {snapshots.map(({ id, name, at }) => (
          <option key={id} value={id}>
            {name ?? id}, {timeText(at)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The world that was made. Its credentials are in this answer, and covered. */
function Made({ world }: { readonly world: MadeWorld }) {
  const { id, cast, created, ambiguous = [] } = world;
  const holders = [...holdersOf(cast), ...(created === undefined ? [] : holdersIn('created since', created))];
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="made">
      <h3>
        The world <span class="long">{id}</span> is made
      </h3>
      <p>
        <a href={consoleOf(world, addressOfView('requests'))}>Open its console</a>
      </p>
      <WaysIn world={world} />
      {ambiguous.length > 0 && (
        <p class="hint">Other worlds have these as well, so by themselves they lead nowhere: {ambiguous.join(', ')}</p>
      )}
      {holders.length > 0 && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>Its credentials ({holders.length} who have some)</summary>
          {isOpen && (
            <>
              <Copy text={JSON.stringify({ cast, created }, null, 2)} label="Copy all as JSON" />
              <Credentials holders={holders.slice(0, MOST_SHOWN)} />
              {holders.length > MOST_SHOWN && (
                <p class="quiet">The other {holders.length - MOST_SHOWN} can be copied.</p>
              )}
            </>
          )}
        </details>
      )}
    </div>
  );
}

const MOST_SHOWN = 200;

function Credentials({ holders }: { readonly holders: ReturnType<typeof holdersOf> }) {
  const rows = holders.flatMap(({ secrets, ...holder }) => secrets.map((secret) => ({ ...holder, ...secret })));
  return (
    <DataTable
      label="Credentials"
      rows={rows}
      keyOf={({ service, list, id, kind }) => `${service} ${list} ${id} ${kind}`}
      columns={[
        {
          title: 'Who',
          cell: ({ name, service, list }) => (
            <>
              {name}{' '}
              <span class="quiet">
                {serviceTitle(service)}, {wordsOf(list)}
              </span>
            </>
          ),
          by: ({ name }) => name,
        },
        { title: 'Kind', cell: ({ kind }) => wordsOf(kind), by: ({ kind }) => kind },
        {
          title: 'Client id',
          cell: ({ clientId }) => clientId !== null && <Id id={clientId} name="the client id" />,
          by: ({ clientId }) => clientId,
        },
        {
          title: 'Secret',
          cell: ({ text, kind, name }) => <Secret text={text} name={`the ${wordsOf(kind)} of ${name}`} />,
        },
      ]}
    />
  );
}
