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
    guard: {
      topics: ['drills', 'clock'],
      obstacle: async () => {
        const { drills } = await ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills');
        if (drills.some((one) => one.name === name && one.running)) {
          return `${title} has been started again meanwhile.`;
        }
        const left = await secondsUntil(endsAt);
        return left !== null && left <= 0 ? `${title} would have ended by itself meanwhile.` : null;
      },
    },
    undo: async () => {
      const left = await secondsUntil(endsAt);
      await ask('POST', path, { ...(left !== null && { for: `${left}s` }), ...(principal && { principal }) });
      touched();
      return `${title} runs again, for the rest of its time.`;
    },
  });
}

/** By the clock of this world; null for what does not end. */
async function secondsUntil(end: string | null): Promise<number | null> {
  if (end === null) return null;
  const { now } = await ask<ClockReading>('GET', '/_mock/clock');
  return Math.ceil((Date.parse(end) - Date.parse(now)) / 1000);
}
