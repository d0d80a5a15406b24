import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Ports } from '../ports.ts';

/** https://github.com/ndjson/ndjson-spec */
const NDJSON = 'application/x-ndjson';

/** Operations that move all worlds from one server to another. The world of the request does not matter. */
export function backupOperations({ backup }: Ports) {
  let isImporting = false;

  const exportWorlds: Handler<'control', 'export_worlds'> = async () => {
    const body = await backup.write();
    const name = 'nv-auth-mock.worlds.ndjson';
    return {
      status: 200,
      headers: { 'content-type': NDJSON, 'content-disposition': `attachment; filename="${name}"` },
      body,
    };
  };

  const importWorlds: Handler<'control', 'import_worlds'> = async (context) => {
    // Each holds all worlds of its file in memory.
    if (isImporting) throw new Problem('conflict', 'Another import is running. Wait until it has ended.');
    isImporting = true;
    try {
      const receive: typeof context.receive = (...given) => context.receive(...given);
      return { status: 200, body: await backup.read(receive, context.query.replace === true) };
    } finally {
      isImporting = false;
    }
  };

  return { export_worlds: exportWorlds, import_worlds: importWorlds };
}
