import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choose, chosen } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { MadeWorld, Snapshot } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { Secret } from '../../parts/secret.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { snapshotName } from '../../parts/snapshot-name.ts';
import { changed, countChanges } from '../../state/changes.ts';
import { consoleOf, here, worlds } from '../../state/worlds.ts';
import { holdersIn, holdersOf, splitName } from './holders.ts';
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
      const order = Object.fromEntries(filled.filter(([, text]) => text !== ''));
      setMade(
        await ask<MadeWorld>('POST', '/_mock/worlds', { ...order, ...originOf(from, String(given.get('of') ?? '')) }),
      );
      changed('worlds');
    });
  };
  if (made !== null) return <Made world={made} />;
  return (
    <form class="new-world" aria-label="Make a world" onSubmit={make}>
      <h2>New world</h2>
      <label>
        Name
        <input name="id" placeholder="made up if empty" autocomplete="off" spellcheck={false} />
      </label>
      <label>
        Starts from
        <select
          value={from}
          onChange={({ currentTarget: { value } }) =>
            choose({ make: 'yes', from: value, of: value === 'world' ? here.value?.id : undefined }, false)
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
      <details>
        <summary>Advanced</summary>
        <label>
          Label
          <input name="label" placeholder="what it is for" autocomplete="off" maxLength={500} />
        </label>
        <label>
          Ends after … without use
          <input name="ttl" placeholder="1h, or never" autocomplete="off" />
        </label>
        <label>
          Credentials
          <select name="credentials">
            <option value="own">its own</option>
            <option value="cast">those of the seed</option>
          </select>
        </label>
      </details>
      <button type="submit" class="main" disabled={act.isBusy}>
        Make the world
      </button>
      <Feedback act={act} />
    </form>
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
  const loaded = useLoaded(() => askAll<Snapshot>('snapshots'), [countChanges('snapshots')]);
  const snapshots = readValue(loaded, []);
  const isKnown = snapshots.some(({ id }) => id === of);
  if (loaded !== null && snapshots.length === 0) {
    return (
      <p>
        This world has no snapshot: <a href={addressOfView('worlds', { part: 'snapshots' })}>take one</a>.
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
        {snapshots.map((snapshot) => (
          <option key={snapshot.id} value={snapshot.id}>
            {snapshotName(snapshot)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The new world. Its credentials are only in this response, and hidden by default. */
function Made({ world }: { readonly world: MadeWorld }) {
  const { id, cast, created, ambiguous = [] } = world;
  const holders = [...holdersOf(cast), ...(created === undefined ? [] : holdersIn('created since', created))];
  const [isOpen, setOpen] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="status">
      <h2 ref={heading} tabIndex={-1}>
        World {id} is made
      </h2>
      <p>
        <a class="button main" href={consoleOf(world, addressOfView('requests'))}>
          Open its console
        </a>
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
              <Credentials holders={holders.slice(0, MAX_SHOWN)} />
              {holders.length > MAX_SHOWN && <p class="quiet">The other {holders.length - MAX_SHOWN} can be copied.</p>}
            </>
          )}
        </details>
      )}
    </div>
  );
}

const MAX_SHOWN = 200;

function Credentials({ holders }: { readonly holders: ReturnType<typeof holdersOf> }) {
  return (
    <ul class="plain holders" aria-label="Credentials">
      {holders.map(({ service, list, id, name, secrets }) => (
        <li key={`${service} ${list} ${id}`}>
          {name}{' '}
          <span class="quiet">
            {serviceTitle(service)}, {splitName(list)}
          </span>
          {secrets.map(({ kind, clientId, text }) => (
            <dl key={kind} class="facts">
              {clientId !== null && (
                <div>
                  <dt>client id</dt>
                  <dd>
                    <Id id={clientId} name="the client id" />
                  </dd>
                </div>
              )}
              <div>
                <dt>{splitName(kind)}</dt>
                <dd>
                  <Secret text={text} name={`the ${splitName(kind)} of ${name}`} />
                </dd>
              </div>
            </dl>
          ))}
        </li>
      ))}
    </ul>
  );
}
