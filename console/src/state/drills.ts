import { ask } from '../control-api/client.ts';
import type { ClockReading, Drill } from '../control-api/types.ts';
import { reportChange } from './changes.ts';
import { offerUndo } from './undo.ts';

/** Returns the title of a drill: `token-outage` becomes "Token outage". */
export function formatDrillTitle(name: string): string {
  return name.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}

/**
 * Ends a running drill, and offers to restart it for the rest of its time.
 *
 * @param principal the id of the affected identity; undefined: all
 * @throws like the control API
 */
export async function endDrill({ name, endsAt }: Drill, principal: string | undefined): Promise<void> {
  const path = `/_mock/drills/${name}`;
  const title = formatDrillTitle(name);
  const reportChanges = () => reportChange('drills', 'faults');
  await ask('DELETE', path);
  reportChanges();
  offerUndo({
    text: `${title} has ended.`,
    guard: {
      topics: ['drills', 'clock'],
      obstacle: async () => {
        const { drills } = await ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills');
        if (drills.some((drill) => drill.name === name && drill.running)) {
          return `${title} has been started again in the meantime.`;
        }
        const remaining = await readSecondsUntil(endsAt);
        return remaining !== null && remaining <= 0 ? `${title} would have ended by now.` : null;
      },
    },
    undo: async () => {
      const remaining = await readSecondsUntil(endsAt);
      await ask('POST', path, { ...(remaining !== null && { for: `${remaining}s` }), ...(principal && { principal }) });
      reportChanges();
      return `${title} is running again for the rest of its time.`;
    },
  });
}

/** Returns the seconds until the end by the world's clock; null for a drill without an end. */
async function readSecondsUntil(end: string | null): Promise<number | null> {
  if (end === null) return null;
  const { now } = await ask<ClockReading>('GET', '/_mock/clock');
  return Math.ceil((Date.parse(end) - Date.parse(now)) / 1000);
}
