import { ask } from '../control-api/client.ts';
import type { ClockReading, Drill } from '../control-api/types.ts';
import { changed } from './changes.ts';
import { offerUndo } from './undo.ts';

/** The name of a drill as a person would write it: `token-outage` is "Token outage". */
export function drillTitle(name: string): string {
  return name.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}

/**
 * Ends a drill that runs, and offers to start it again for the rest of its time.
 *
 * @param principal the id of whom it affects; undefined: everybody
 * @throws as the control API does
 */
export async function endDrill({ name, endsAt }: Drill, principal: string | undefined): Promise<void> {
  const path = `/_mock/drills/${name}`;
  const title = drillTitle(name);
  const touched = () => changed('drills', 'faults', 'findings');
  await ask('DELETE', path);
  touched();
  offerUndo({
    text: `${title} has ended.`,
    undo: async () => {
      const [{ drills }, { now }] = await Promise.all([
        ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills'),
        ask<ClockReading>('GET', '/_mock/clock'),
      ]);
      if (drills.some((one) => one.name === name && one.running)) {
        throw new Error(`${title} has been started again meanwhile.`);
      }
      const left = endsAt === null ? null : Math.ceil((Date.parse(endsAt) - Date.parse(now)) / 1000);
      if (left !== null && left <= 0) throw new Error(`${title} would have ended by itself meanwhile.`);
      await ask('POST', path, { ...(left !== null && { for: `${left}s` }), ...(principal && { principal }) });
      touched();
      return `${title} runs again, for the rest of its time.`;
    },
  });
}
