import { Problem } from '../core/problem.ts';
import { problemOf } from '../http/problem.ts';
import { streamOfParts } from '../http/streamed.ts';
import { eventLoopTurn } from '../platform/time.ts';
import type { Ports } from '../services/index.ts';
import { type BackupParts, Import, type ImportStep, savedIn } from '../worlds/backup.ts';
import { BackupReader, backupBytes } from '../worlds/backup-file.ts';

/** Exports and imports all worlds, for the control API. */
export function backupPort(parts: BackupParts & { readonly version: string }): Ports['backup'] {
  return {
    write: async () => streamOfParts(backupBytes(parts.version, savedIn(parts))),
    read: async (receive, mayReplace) => {
      const collected = new Import(parts);
      const reader = new BackupReader(collected.add);
      const { bytes } = parts.state;
      await receive(bytes, (chunk) => reader.read(chunk)).catch((thrown: unknown) => {
        throw thrown instanceof Problem && thrown.kind === 'too_large' ? tooLarge(bytes) : thrown;
      });
      reader.end();
      const steps = await collected.steps(mayReplace);
      for (const [at, step] of steps.entries()) {
        // Others are answered in between.
        await eventLoopTurn();
        await step.run().catch((thrown: unknown) => {
          throw stoppedAt(steps, at, problemOf(thrown, parts.worlds.default.store));
        });
      }
      const idsOf = (kind: ImportStep['kind']) => steps.filter((step) => step.kind === kind).map(({ id }) => id);
      return { worlds: idsOf('world'), snapshots: idsOf('snapshot') };
    },
  };
}

function tooLarge(bytes: number): Problem {
  const message = `The file, or what its worlds need in memory, is larger than ${bytes} bytes, which is the limit of \`--max-state\`. Nothing was imported. Start the server with a higher one.`;
  return new Problem('too_large', message, { close: true });
}

/** How many worlds and snapshots the message of an import that stopped names. */
const MOST_NAMED = 20;

function stoppedAt(steps: readonly ImportStep[], at: number, { kind, message, cause }: Problem): Problem {
  const named = ({ kind: what, id }: ImportStep) => `${what} \`${id}\``;
  const all = (some: readonly ImportStep[]) =>
    some.length === 0
      ? 'nothing'
      : `${some.slice(0, MOST_NAMED).map(named).join(', ')}${some.length > MOST_NAMED ? ` and ${some.length - MOST_NAMED} more` : ''}`;
  const [done, left] = [steps.slice(0, at), steps.slice(at)];
  const said = `${message} Imported before: ${all(done)}. Not imported: ${all(left)}; the first of these may be missing if it was to be replaced. Import the file again with \`?replace=true\` once the cause is gone.`;
  return new Problem(kind, said, { cause });
}
