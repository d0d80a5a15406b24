import { useEffect, useRef } from 'preact/hooks';
import { addressOfView, choices, go } from '../../address.ts';
import { ask, type Snapshot } from '../../control-api/client.ts';
import { type Act, Feedback, useAct } from '../../parts/act.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ConfirmButton } from '../../parts/dialog.tsx';
import { handleSubmit } from '../../parts/form.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Popover } from '../../parts/popover.tsx';
import { formatTime } from '../../parts/time.ts';
import { getWorldNow, When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { worldTime } from '../../state/clock.ts';
import { offerUndo } from '../../state/undo.ts';
import { readSnapshots } from '../../state/worlds.ts';

/** The snapshots of this world, with a button that takes one. */
export function Snapshots() {
  const loaded = useQuery(readSnapshots);
  const act = useAct();
  const section = useRef<HTMLElement>(null);
  const { part } = choices.value;
  useEffect(() => {
    if (part === 'snapshots') section.current?.scrollIntoView();
  }, [part]);
  return (
    <section ref={section} class="snapshots" aria-label="Snapshots">
      <div class="view-header">
        <h2>Snapshots of this world</h2>
        <span class="count">{readValue(loaded, []).length || null}</span>
        <div class="acts">
          <Feedback act={act} />
          <Popover button="Take a snapshot">{(close) => <TakeForm act={act} close={close} />}</Popover>
        </div>
      </div>
      <WhenLoaded loaded={loaded}>
        {(snapshots) =>
          snapshots.length === 0 ? (
            <p>
              No snapshots yet. Take one before a change that is hard to undo, such as a migration, and restore it
              whenever you like.
            </p>
          ) : (
            <DataTable
              label="Snapshots, newest first"
              rows={snapshots}
              keyOf={({ id }) => id}
              columns={[
                ...COLUMNS,
                { title: '', cell: (snapshot) => <SnapshotActions snapshot={snapshot} act={act} /> },
              ]}
            />
          )
        }
      </WhenLoaded>
    </section>
  );
}

function TakeForm({ act, close }: { readonly act: Act; readonly close: () => void }) {
  const now = worldTime.value?.now;
  const take = (form: HTMLFormElement) => {
    const name = String(new FormData(form).get('name')).trim();
    close();
    void act.run(async () => {
      const snapshot = await ask<Snapshot>('POST', '/_mock/snapshots', name === '' ? {} : { name });
      form.reset();
      reportChange('snapshots');
      return `“${nameOfSnapshot(snapshot)}” was taken.`;
    });
  };
  return (
    <form class="order" onSubmit={handleSubmit(take)}>
      <label class="grow">
        Name of the snapshot
        <input name="name" placeholder={now && defaultNameAt(now)} autocomplete="off" autofocus />
      </label>
      <button type="submit" disabled={act.isBusy}>
        Take it
      </button>
    </form>
  );
}

const COLUMNS: readonly Column<Snapshot>[] = [
  {
    title: 'Name',
    cell: (snapshot) => <LongText text={nameOfSnapshot(snapshot)} />,
    sortKeyOf: nameOfSnapshot,
  },
  { title: 'Id', cell: ({ id }) => <Id id={id} name="the id of the snapshot" /> },
  { title: 'Taken', cell: ({ at }) => <When at={at} isRelative />, sortKeyOf: ({ at }) => at, class: 'when' },
  {
    title: 'Size',
    cell: ({ bytes }) => `${Math.ceil(bytes / 1000).toLocaleString('en')} kB`,
    sortKeyOf: ({ bytes }) => bytes,
    class: 'when',
  },
];

function SnapshotActions({ snapshot, act }: { readonly snapshot: Snapshot; readonly act: Act }) {
  const { id } = snapshot;
  const name = nameOfSnapshot(snapshot);
  const restore = () =>
    act.run(async () => {
      const { now } = await ask<{ now: string }>('POST', `/_mock/snapshots/${id}/restore`, {});
      offerUndo(null);
      return `This world was restored; its clock shows ${formatTime(now)}.`;
    });
  const remove = () =>
    act.run(async () => {
      await ask('DELETE', `/_mock/snapshots/${id}`);
      reportChange('snapshots');
      return `“${name}” was deleted.`;
    });
  return (
    <>
      <ConfirmButton
        title={`Restore ${name}?`}
        confirmLabel="Restore snapshot"
        warning="This world returns to the snapshot. All later changes are lost."
        class="small"
        isBusy={act.isBusy}
        onConfirm={restore}
      >
        Restore<span class="unseen"> {name}</span>
      </ConfirmButton>{' '}
      <Menu
        subject={name}
        isBusy={act.isBusy}
        items={[
          {
            label: 'Create a world',
            run: () => go(addressOfView('worlds', { make: 'yes', from: 'snapshot', of: id })),
          },
          {
            label: 'Delete snapshot',
            run: remove,
            confirmation: {
              title: `Delete ${name}?`,
              confirmLabel: 'Delete snapshot',
              warning: `The snapshot ${name} is deleted. Worlds created from it stay.`,
            },
          },
        ]}
      />
    </>
  );
}

function defaultNameAt(at: string): string {
  return `Snapshot of ${formatTime(at, getWorldNow())}`;
}

export function nameOfSnapshot({ name, at }: { readonly name: string | null; readonly at: string }): string {
  return name ?? defaultNameAt(at);
}
