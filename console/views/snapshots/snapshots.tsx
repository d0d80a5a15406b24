import { addressOfView } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { Snapshot } from '../../control-api/types.ts';
import { type Act, Feedback, useAct } from '../../parts/act.tsx';
import { ChooseFile } from '../../parts/choose-file.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { download } from '../../parts/download.ts';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { timeText } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { changed, changesOf } from '../../state/changes.ts';
import { fileName, readFile, sendFile } from '../../state/files.ts';
import { readLifetime } from '../../state/lifetime.ts';
import { offerUndo } from '../../state/undo.ts';
import { here } from '../../state/worlds.ts';
import './snapshots.css';

/** What this world was, to go back to. */
export function Snapshots() {
  const loaded = useLoaded(() => askAll<Snapshot>('snapshots'), [changesOf('snapshots')]);
  const lifetime = useLoaded(readLifetime, []);
  const act = useAct();
  const upload = (file: File | undefined) => {
    if (file === undefined) return;
    void act.run(async () => {
      const { id, world } = await sendFile<Snapshot>('/_mock/snapshots/file', file);
      changed('snapshots');
      const where = world === here.value?.id ? '' : ` It is of the world \`${world}\`: make a world from it.`;
      return `The snapshot \`${id}\` is added.${where}`;
    });
  };
  return (
    <div class="page snapshots">
      <ViewHeader title="Snapshots" />
      <Take act={act} />
      <div class="bar">
        <ChooseFile
          accept=".ndjson,application/x-ndjson"
          title="A snapshot file that was downloaded here or from another server."
          isBusy={act.isBusy}
          onFile={upload}
        >
          Upload a snapshot file …
        </ChooseFile>
      </div>
      <p class="quiet">{readValue(lifetime, '…')}</p>
      <Feedback act={act} />
      <section>
        <WhenLoaded of={loaded}>
          {(snapshots) =>
            snapshots.length === 0 ? (
              <p>
                This world has no snapshot yet. Take one before something that is hard to undo, such as “before the
                migration”, and go back to it whenever you like.
              </p>
            ) : (
              <DataTable
                label="Snapshots, newest first"
                rows={snapshots}
                keyOf={({ id }) => id}
                columns={[...COLUMNS, { title: '', cell: (snapshot) => <Acts snapshot={snapshot} act={act} /> }]}
              />
            )
          }
        </WhenLoaded>
      </section>
    </div>
  );
}

function Take({ act }: { readonly act: Act }) {
  const take = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get('name')).trim();
    void act.run(async () => {
      const { id } = await ask<Snapshot>('POST', '/_mock/snapshots', name === '' ? {} : { name });
      form.reset();
      changed('snapshots');
      return `The snapshot \`${id}\` is taken.`;
    });
  };
  return (
    <form class="order" onSubmit={take} aria-label="Take a snapshot">
      <label>
        Name
        <input name="name" placeholder="before the migration" autocomplete="off" />
      </label>
      <button type="submit" class="main" disabled={act.isBusy}>
        Take a snapshot
      </button>
    </form>
  );
}

const COLUMNS: readonly Column<Snapshot>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => (
      <div class="name">
        {name !== null && <Long text={name} />} <Id id={id} name="the id of the snapshot" />
      </div>
    ),
    by: ({ id, name }) => name ?? id,
  },
  { title: 'Taken at', cell: ({ at }) => <When at={at} isRelative />, by: ({ at }) => at },
  {
    title: 'Size',
    cell: ({ bytes }) => `${Math.ceil(bytes / 1000).toLocaleString('en')} kB`,
    by: ({ bytes }) => bytes,
    class: 'size',
  },
];

function Acts({ snapshot: { id, name }, act }: { readonly snapshot: Snapshot; readonly act: Act }) {
  const restore = () =>
    act.run(async () => {
      const { now } = await ask<{ now: string }>('POST', `/_mock/snapshots/${id}/restore`, {});
      offerUndo(null);
      return `This world is again what it was; its clock shows ${timeText(now)}.`;
    });
  const remove = () =>
    act.run(async () => {
      await ask('DELETE', `/_mock/snapshots/${id}`);
      changed('snapshots');
      return `The snapshot \`${id}\` is deleted.`;
    });
  const saveFile = () =>
    act.run(async () => {
      const file = fileName('.ndjson', id);
      download(file, await readFile(`/_mock/snapshots/${id}/file`));
      return `\`${file}\` is saved. It has secrets: signing keys and credentials.`;
    });
  const which = <span class="unseen"> {name ?? id}</span>;
  return (
    <>
      <Confirm
        title={`Restore snapshot ${name ?? id}?`}
        yes="Restore snapshot"
        loses="The state of this world goes back to the snapshot. What was made or changed since is lost."
        isBusy={act.isBusy}
        onYes={restore}
      >
        Restore{which}
      </Confirm>{' '}
      <button type="button" class="small" disabled={act.isBusy} onClick={saveFile}>
        Download{which}
      </button>{' '}
      <a class="button small" href={addressOfView('worlds', { from: 'snapshot', of: id })}>
        Make a world<span class="unseen"> of {name ?? id}</span>
      </a>{' '}
      <Confirm
        title={`Delete snapshot ${name ?? id}?`}
        yes="Delete snapshot"
        loses={`The snapshot ${name ?? id} is deleted. Worlds that were made of it stay.`}
        isBusy={act.isBusy}
        onYes={remove}
      >
        Delete{which}
      </Confirm>
    </>
  );
}
