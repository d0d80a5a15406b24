import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choices } from '../../address.ts';
import { ask, type MadeWorld, type WorldInfo } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit } from '../../parts/form.tsx';
import { useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { reportChange } from '../../state/changes.ts';
import { consolePathOf, readSnapshots, worlds } from '../../state/worlds.ts';
import { nameOfSnapshot } from './snapshots.tsx';

/** A form that creates a world. The address may have its source, so that a snapshot can link here. */
export function NewWorld() {
  const act = useAct();
  const snapshots = useQuery(readSnapshots);
  const [created, setCreated] = useState<MadeWorld | null>(null);
  const { from, of: sourceId } = choices.value;
  const create = (form: HTMLFormElement) =>
    act.run(async () => {
      const fields = [...new FormData(form)].map(([name, text]) => [name, String(text).trim()]);
      const { source = '', ...members } = Object.fromEntries(fields.filter(([, text]) => text !== ''));
      const [kind = '', id] = source.split(' ');
      const order = { ...members, ...(source !== '' && { from: { [kind]: id } }) };
      setCreated(await ask<MadeWorld>('POST', '/_mock/worlds', order));
      reportChange('worlds');
    });
  const createSource = (kind: string, id: string, name: string) => (
    <option key={id} value={`${kind} ${id}`} selected={from === kind && sourceId === id}>
      {name}
    </option>
  );
  if (created !== null) return <CreatedWorld world={created} />;
  return (
    <>
      <h2>New world</h2>
      <WhenLoaded loaded={snapshots}>
        {(all) => (
          <form class="new-world" aria-label="Create a world" onSubmit={handleSubmit((form) => void create(form))}>
            <label>
              Name
              <input name="id" placeholder="generated if empty" autocomplete="off" spellcheck={false} />
            </label>
            <label>
              Label
              <input name="label" placeholder="what it is for" autocomplete="off" maxLength={500} />
            </label>
            <label>
              Starts from
              <select name="source">
                <option value="">the server’s seed</option>
                <optgroup label="A copy of a world">
                  {worlds.value.map(({ id }) => createSource('world', id, id))}
                </optgroup>
                <optgroup label="A copy of a snapshot">
                  {all.map((snapshot) => createSource('snapshot', snapshot.id, nameOfSnapshot(snapshot)))}
                </optgroup>
              </select>
            </label>
            <label>
              Credentials
              <select name="credentials">
                <option value="own">its own</option>
                <option value="cast">the seed’s</option>
              </select>
            </label>
            <button type="submit" class="main" disabled={act.isBusy}>
              Create the world
            </button>
            <Feedback act={act} />
          </form>
        )}
      </WhenLoaded>
    </>
  );
}

function CreatedWorld({ world }: { readonly world: MadeWorld }) {
  const { id, cast, created, ambiguous = [] } = world;
  const heading = useRef<HTMLHeadingElement>(null);
  // The form had the focus, and has been removed.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="status">
      <h2 ref={heading} tabIndex={-1}>
        World {id} was created
      </h2>
      <div class="bar">
        <a class="button main" href={consolePathOf(world, addressOfView('requests'))}>
          Open its console
        </a>
        <CopyButton text={JSON.stringify({ cast, created }, null, 2)} label="Copy its credentials as JSON" />
      </div>
      {created !== undefined && (
        <p class="hint">
          The new secrets of copied keys and clients are only in this copy. Its console has the others.
        </p>
      )}
      <WorldAddresses world={world} />
      {ambiguous.length > 0 && (
        <p class="hint">Other worlds have these too, so they do not identify this world: {ambiguous.join(', ')}</p>
      )}
    </div>
  );
}

/** The addresses by which clients reach a world: a path, a host if it has one, and headers. */
export function WorldAddresses({ world: { url, hostUrl, header } }: { readonly world: WorldInfo }) {
  const headers = Object.entries(header).map(([name, value]) => ['By header', `${name}: ${value}`] as const);
  const addresses = [
    ['By path', url] as const,
    ...(hostUrl === null ? [] : [['By host', hostUrl] as const]),
    ...headers,
  ];
  return (
    <dl class="ways">
      {addresses.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code class="long">{text}</code> <CopyButton text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
