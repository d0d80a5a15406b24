import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choices, choose } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { MadeWorld, Snapshot } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { Secret } from '../../parts/secret.tsx';
import { titleOfService } from '../../parts/service.ts';
import { nameOfSnapshot } from '../../parts/snapshot-name.ts';
import { countChanges, reportChange } from '../../state/changes.ts';
import { consolePathOf, currentWorld, worlds } from '../../state/worlds.ts';
import { findHolders, findHoldersInPart, splitName } from './holders.ts';
import { WorldAddresses } from './ways.tsx';

/** Origins of a new world. The empty name is the server's seed. */
const ORIGINS = {
  '': 'the server’s seed',
  builtin: 'the built-in seed',
  none: 'nothing',
  world: 'a copy of a world',
  snapshot: 'a copy of a snapshot',
} as const;

/** @param sourceId the id of the copied world or snapshot */
function createOrigin(from: string, sourceId: string): object {
  if (from === '') return {};
  return from === 'world' || from === 'snapshot' ? { from: { [from]: sourceId } } : { seed: from };
}

/** A form that creates a world. The origin is in the address, so that a snapshot can link here. */
export function NewWorld() {
  const act = useAct();
  const [created, setCreated] = useState<MadeWorld | null>(null);
  const { from = '', of = '' } = choices.value;

  const create = (event: SubmitEvent) => {
    event.preventDefault();
    const formData = new FormData(event.currentTarget as HTMLFormElement);
    const filled = ['id', 'label', 'ttl', 'credentials'].map((name) => [name, String(formData.get(name) ?? '').trim()]);
    void act.run(async () => {
      const order = Object.fromEntries(filled.filter(([, text]) => text !== ''));
      setCreated(
        await ask<MadeWorld>('POST', '/_mock/worlds', {
          ...order,
          ...createOrigin(from, String(formData.get('of') ?? '')),
        }),
      );
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
          {Object.entries(ORIGINS).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {from === 'world' && <SourceWorldField of={of} />}
      {from === 'snapshot' && <SourceSnapshotField of={of} />}
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

function SourceWorldField({ of }: { readonly of: string }) {
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

function SourceSnapshotField({ of }: { readonly of: string }) {
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
            {nameOfSnapshot(snapshot)}
          </option>
        ))}
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
  // The focused form has been removed.
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
