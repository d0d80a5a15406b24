import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choices, choose } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { MadeWorld, Snapshot } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Facts } from '../../parts/facts.tsx';
import { handleValue } from '../../parts/handlers.ts';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { createOptions } from '../../parts/options.tsx';
import { Secret } from '../../parts/secret.tsx';
import { titleOfService } from '../../parts/service.ts';
import { nameOfSnapshot } from '../../parts/snapshot-name.ts';
import { countChanges, reportChange } from '../../state/changes.ts';
import { consolePathOf, currentWorld, worlds } from '../../state/worlds.ts';
import { findHolders, findHoldersInPart, splitName } from './holders.ts';
import { WorldAddresses } from './world-addresses.tsx';

/** The origins of a new world, by their name in the address. The empty name is the default. */
const ORIGINS = {
  '': 'the server’s seed',
  builtin: 'the built-in seed',
  none: 'nothing',
  world: 'a copy of a world',
  snapshot: 'a copy of a snapshot',
} as const;

/** Returns the members of the order for the origin of a world. @param sourceId the id of the copied world or snapshot */
function createOrigin(from: string, sourceId: string): object {
  if (from === '') return {};
  return from === 'world' || from === 'snapshot' ? { from: { [from]: sourceId } } : { seed: from };
}

/** A form that creates a world. The origin is in the address, so that a snapshot can link here. */
export function NewWorld() {
  const act = useAct();
  const [created, setCreated] = useState<MadeWorld | null>(null);
  const { from = '', of: sourceId = '' } = choices.value;

  const create = (event: SubmitEvent) => {
    event.preventDefault();
    const formData = new FormData(event.currentTarget as HTMLFormElement);
    const filled = ['id', 'label', 'ttl', 'credentials']
      .map((name) => [name, String(formData.get(name) ?? '').trim()])
      .filter(([, text]) => text !== '');
    const order = { ...Object.fromEntries(filled), ...createOrigin(from, String(formData.get('of') ?? '')) };
    void act.run(async () => {
      setCreated(await ask<MadeWorld>('POST', '/_mock/worlds', order));
      reportChange('worlds');
    });
  };
  if (created !== null) return <CreatedWorld world={created} />;
  return (
    <form class="new-world" aria-label="Create a world" onSubmit={create}>
      <h2>New world</h2>
      <label>
        Name
        <input name="id" placeholder="generated if empty" autocomplete="off" spellcheck={false} />
      </label>
      <label>
        Starts from
        <select
          value={from}
          onChange={({ currentTarget: { value } }) =>
            choose({ make: 'yes', from: value, of: value === 'world' ? currentWorld.value?.id : undefined }, false)
          }
        >
          {createOptions(Object.entries(ORIGINS))}
        </select>
      </label>
      {from === 'world' && <SourceWorldField sourceId={sourceId} />}
      {from === 'snapshot' && <SourceSnapshotField sourceId={sourceId} />}
      <details>
        <summary>Advanced</summary>
        <label>
          Label
          <input name="label" placeholder="what it is for" autocomplete="off" maxLength={500} />
        </label>
        <label>
          Expires after … without use
          <input name="ttl" placeholder="1h, or never" autocomplete="off" />
        </label>
        <label>
          Credentials
          <select name="credentials">
            <option value="own">its own</option>
            <option value="cast">the seed’s</option>
          </select>
        </label>
      </details>
      <button type="submit" class="main" disabled={act.isBusy}>
        Create the world
      </button>
      <Feedback act={act} />
    </form>
  );
}

function SourceWorldField({ sourceId }: { readonly sourceId: string }) {
  return (
    <label>
      Which world
      <input
        name="of"
        required
        list="worlds-to-copy"
        autocomplete="off"
        value={sourceId}
        onInput={handleValue((value) => choose({ of: value.trim() }, false))}
      />
      <datalist id="worlds-to-copy">
        {worlds.value.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </label>
  );
}

function SourceSnapshotField({ sourceId }: { readonly sourceId: string }) {
  const loaded = useLoaded(() => askAll<Snapshot>('snapshots'), [countChanges('snapshots')]);
  const snapshots = readValue(loaded, []);
  const isKnown = snapshots.some(({ id }) => id === sourceId);
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
        value={sourceId || (snapshots[0]?.id ?? '')}
        onChange={handleValue((value) => choose({ of: value }, false))}
      >
        {sourceId !== '' && !isKnown && <option>{sourceId}</option>}
        {createOptions(snapshots.map((snapshot) => [snapshot.id, nameOfSnapshot(snapshot)]))}
      </select>
    </label>
  );
}

/** The new world. Its credentials are only in this response, and collapsed by default. */
function CreatedWorld({ world }: { readonly world: MadeWorld }) {
  const { id, cast, created, ambiguous = [] } = world;
  const holders = [...findHolders(cast), ...(created === undefined ? [] : findHoldersInPart('created since', created))];
  const [isOpen, setOpen] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // The form had the focus, and has been removed.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="status">
      <h2 ref={heading} tabIndex={-1}>
        World {id} was created
      </h2>
      <p>
        <a class="button main" href={consolePathOf(world, addressOfView('requests'))}>
          Open its console
        </a>
      </p>
      <WorldAddresses world={world} />
      {ambiguous.length > 0 && (
        <p class="hint">Other worlds have these too, so they do not identify this world: {ambiguous.join(', ')}</p>
      )}
      {holders.length > 0 && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>Its credentials ({holders.length})</summary>
          {isOpen && (
            <>
              <CopyButton text={JSON.stringify({ cast, created }, null, 2)} label="Copy all as JSON" />
              <Credentials holders={holders.slice(0, MAX_HOLDERS)} />
              {holders.length > MAX_HOLDERS && (
                <p class="quiet">{holders.length - MAX_HOLDERS} more are in the copy.</p>
              )}
            </>
          )}
        </details>
      )}
    </div>
  );
}

/** The maximum number of identities shown. The copy has all of them. */
const MAX_HOLDERS = 200;

function Credentials({ holders }: { readonly holders: ReturnType<typeof findHolders> }) {
  return (
    <ul class="plain holders" aria-label="Credentials">
      {holders.map(({ service, list, id, name, secrets }) => (
        <li key={`${service} ${list} ${id}`}>
          {name}{' '}
          <span class="quiet">
            {titleOfService(service)}, {splitName(list)}
          </span>
          {secrets.map(({ kind, clientId, text }) => (
            <Facts
              key={kind}
              facts={[
                ['client id', clientId !== null && <Id id={clientId} name="the client id" />],
                [splitName(kind), <Secret key={kind} text={text} name={`the ${splitName(kind)} of ${name}`} />],
              ]}
            />
          ))}
        </li>
      ))}
    </ul>
  );
}
