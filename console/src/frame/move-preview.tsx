import type { WorldEvent } from '../control-api/types.ts';
import { formatDuration } from '../duration.ts';
import { formatTime } from '../parts/time.ts';
import { describeEvent, type Names } from '../timeline/event-text.ts';

/** The maximum number of events to list. */
const MAX_LISTED = 5;

/** Shows what happens until a later time, before the clock moves there. */
export function MovePreview(props: {
  readonly at: number;
  readonly now: number;
  /** The events before that time. */
  readonly events: readonly WorldEvent[];
  readonly names: Names;
  readonly isBusy: boolean;
  readonly onMove: () => void;
  readonly onCancel: () => void;
}) {
  const { at, now, events, names, isBusy, onMove, onCancel } = props;
  const iso = new Date(at).toISOString();
  return (
    <fieldset class="preview" aria-label="At that time">
      <p>
        <strong>
          {formatTime(iso, new Date(now).toISOString())} (+{formatDuration(at - now)})
        </strong>
      </p>
      {events.length > 0 && (
        <p class="quiet">
          Until then:{' '}
          {events
            .slice(0, MAX_LISTED)
            .map((event) => describeEvent(event, names))
            .join('; ')}
          {events.length > MAX_LISTED && `; and ${events.length - MAX_LISTED} more`}.
        </p>
      )}
      <div class="acts">
        <button type="button" class="main" disabled={isBusy} onClick={onMove}>
          Move the clock there
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </fieldset>
  );
}
