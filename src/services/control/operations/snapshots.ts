import type { Handler } from '../../../contract/request.ts';
import type { SnapshotInfo } from '../../../store/snapshot-store.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { pageShortList } from '../lists.ts';
import type { Ports } from '../ports.ts';

/** https://github.com/ndjson/ndjson-spec */
const NDJSON = 'application/x-ndjson';

/** Operations on snapshots: a world's state to restore, to move to another server, or to create worlds from. */
export function snapshotOperations({ snapshots }: Ports) {
  const list: Handler<'control', 'list_snapshots'> = async ({ world, query }) => {
    const all = (await snapshots.list(world)).map(({ place, ...snapshot }) => ({
      ...snapshot,
      position: [place] as const,
    }));
    const { entries, extent } = pageShortList(all, query, 'newest first');
    return { status: 200, body: { snapshots: entries.map(snapshotView), ...extent } };
  };

  const take: Handler<'control', 'take_snapshot'> = async ({ world, body }) => {
    const { name = null } = body;
    return { status: 201, body: snapshotView(await snapshots.take(world, name)) };
  };

  const get: Handler<'control', 'get_snapshot'> = async ({ world, params }) => ({
    status: 200,
    body: snapshotView(await snapshots.find(world, params.snapshotId)),
  });

  const download: Handler<'control', 'download_snapshot'> = async ({ world, params }) => {
    const body = await snapshots.download(world, params.snapshotId);
    const name = `${params.snapshotId}.ndjson`;
    return {
      status: 200,
      headers: { 'content-type': NDJSON, 'content-disposition': `attachment; filename="${name}"` },
      body,
    };
  };

  const upload: Handler<'control', 'upload_snapshot'> = async (context) => {
    const receive: typeof context.receive = (...receiveArguments) => context.receive(...receiveArguments);
    return { status: 201, body: snapshotView(await snapshots.upload(context.world, receive)) };
  };

  const restore: Handler<'control', 'restore_snapshot'> = async ({ world, params }) => {
    await snapshots.restore(world, params.snapshotId);
    return { status: 200, body: { status: 'restored', now: rfc3339(world.clock.now()) } };
  };

  const remove: Handler<'control', 'delete_snapshot'> = async ({ world, params }) => {
    await snapshots.delete(world, params.snapshotId);
    return { status: 204 };
  };

  return {
    list_snapshots: list,
    take_snapshot: take,
    get_snapshot: get,
    download_snapshot: download,
    upload_snapshot: upload,
    restore_snapshot: restore,
    delete_snapshot: remove,
  };
}

function snapshotView({ id, name, world, at, size }: SnapshotInfo) {
  return { id, name, world, at: rfc3339(at), bytes: size };
}
