import { addressOfView } from '../address.ts';
import type { SimulatedRequest, WorldEvent } from '../control-api/types.ts';
import { formatDuration } from '../duration.ts';
import { type Loaded, useLoaded } from '../parts/loaded.tsx';
import { Path } from '../parts/path.tsx';
import { formatTime } from '../parts/time.ts';
import { type SimulatedChange, type SimulatedDecisions, simulateAt } from '../state/timeline.ts';
import { describeEvent, type Names } from '../timeline/event-text.ts';

/** Simulates only once the pointer has stopped for this long. */
const HOVER_DELAY_MS = 150;
/** The maximum number of changes and of events to list. */
const MAX_LISTED = 5;

/** Shows how recent requests would be decided at a later time, before the clock moves there. */
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
  const loaded = useLoaded(async () => {
    await new Promise((resolve) => setTimeout(resolve, HOVER_DELAY_MS));
    return simulateAt(iso);
  }, [iso]);
  // Ignore an outdated result for a different time.
  const simulated = loaded !== null && 'value' in loaded && loaded.value.at !== iso ? null : loaded;
  return (
    <fieldset class="preview" aria-label="At that time">
      <p>
        <strong>
          {formatTime(iso, new Date(now).toISOString())} (+{formatDuration(at - now)})
        </strong>{' '}
        <span role="status">{summarize(simulated)}</span>
      </p>
      {simulated !== null && 'value' in simulated && <Changes changes={simulated.value.changes} />}
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

function summarize(simulated: Loaded<SimulatedDecisions>): string {
  if (simulated === null) return 'Deciding recent requests for that time …';
  if ('error' in simulated) return simulated.error;
  const { count, changes } = simulated.value;
  if (count === 0) return 'No recent requests to compare.';
  const different = changes.length === 0 ? 'None' : `${changes.length}`;
  return `${different} of ${count} recent ${count === 1 ? 'request' : 'requests'} would be decided differently.`;
}

function Changes({ changes }: { readonly changes: readonly SimulatedChange[] }) {
  if (changes.length === 0) return null;
  return (
    <ul>
      {changes.slice(0, MAX_LISTED).map(({ id, request: { method, path, principal }, now, later }) => (
        <li key={id}>
          <a href={addressOfView('requests', { request: id })}>
            {method} <Path path={path} />
          </a>{' '}
          {principal !== null && <span class="quiet">by {principal.name}: </span>}
          {renderEffect(now)} → <strong>{renderEffect(later)}</strong>
        </li>
      ))}
      {changes.length > MAX_LISTED && <li class="quiet">and {changes.length - MAX_LISTED} more</li>}
    </ul>
  );
}

function renderEffect({ effect, reason, explanation }: SimulatedRequest['now']) {
  return <span title={explanation}>{effect === 'allow' ? 'allowed' : `refused, ${reason}`}</span>;
}
