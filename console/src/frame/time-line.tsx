import { useEffect, useState } from 'preact/hooks';
import { ask } from '../control-api/client.ts';
import type { ClockReading, RequestSummary, WorldEvent } from '../control-api/types.ts';
import { Feedback, useAct } from '../parts/act.tsx';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { listTicks } from '../parts/ticks.ts';
import { formatTime } from '../parts/time.ts';
import { countChanges } from '../state/changes.ts';
import { worldTime } from '../state/clock.ts';
import { readIdentities } from '../state/identities.ts';
import { requests } from '../state/requests.ts';
import { collectNames, describeEvent, type Names } from '../timeline/event-text.ts';
import { moveAndDescribe } from '../timeline/move.ts';
import {
  formatPercent,
  MIN_LABEL_GAP_PIXELS,
  positionOf,
  type TimeRange,
  useScale,
  useWidth,
} from '../timeline/scale.ts';
import { MovePreview } from './move-preview.tsx';
import { NowHandle, QUARTER_HOUR_MS, toIso } from './now-handle.tsx';
import './time-line.css';

/** The buttons that drag "now" forward. */
const STEPS = [
  ['+15 min', QUARTER_HOUR_MS],
  ['+1 h', 4 * QUARTER_HOUR_MS],
] as const;

/** The scale shows all events within this time or, without any, the next event. */
const SOON_MS = 3 * 60 * 60_000;

/** The number of the newest requests that can have marks. */
const MAX_MARKED = 200;

/** The width of a request mark, in pixels. */
const MARK_PIXELS = 3;

/** Shows the world's past and upcoming events below every view. Dragging "now" forward moves the clock. */
export function TimeLine() {
  // An issued token adds an upcoming event, but changes none of the topics.
  const newestIssue = requests.value.find(({ tokenExpiresAt }) => tokenExpiresAt !== undefined)?.id;
  const clock = readValue(
    useLoaded(() => ask<ClockReading>('GET', '/_mock/clock'), [countChanges('clock', 'keys'), newestIssue]),
    null,
  );
  return <section aria-label="Time line">{clock !== null && <LoadedTimeLine clock={clock} />}</section>;
}

/** The strip with its marks, and the preview of the time to which "now" is dragged. */
function LoadedTimeLine({ clock }: { readonly clock: ClockReading }) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const { element, width } = useWidth<HTMLDivElement>();
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const soonMarks = marks.filter((at) => at - now <= SOON_MS);
  const { range: current, tick } = useScale(now, soonMarks.length > 0 ? soonMarks.slice(-1) : marks, width);
  // The dragged time. The range stays the same while dragging, although time passes.
  const [dragged, setDragged] = useState<{ readonly at: number; readonly range: TimeRange } | null>(null);
  const range = dragged?.range ?? current;
  const names = useNames(dragged !== null);
  const act = useAct();
  useEffect(() => {
    // The time has been reached, or someone else has moved the clock.
    if (dragged !== null && dragged.at < now) setDragged(null);
  }, [dragged, now]);
  const drag = (at: number) => setDragged({ at: Math.max(now, at), range });
  const cancelDrag = () => setDragged(null);
  const moveThere = (at: number) =>
    act.run(async () => {
      const text = await moveAndDescribe({ to: toIso(at) }, names);
      cancelDrag();
      return text;
    });
  return (
    <>
      {dragged !== null && dragged.at > now && (
        <MovePreview
          at={dragged.at}
          now={now}
          events={clock.upcoming.filter(({ at }) => Date.parse(at) <= dragged.at)}
          names={names}
          isBusy={act.isBusy}
          onMove={() => moveThere(dragged.at)}
          onCancel={cancelDrag}
        />
      )}
      <Feedback act={act} />
      <div class="line">
        <div class="strip" ref={element}>
          {listTicks(range.from, range.to, tick).map(({ at, text }) => (
            <span
              key={`tick ${at}`}
              class="tick"
              style={{ left: formatPercent(positionOf(at, range)) }}
              aria-hidden="true"
            >
              {(1 - positionOf(at, range)) * width > MIN_LABEL_GAP_PIXELS / 2 && <small>{text}</small>}
            </span>
          ))}
          <RequestMarks range={range} width={width} />
          <EventMarks events={clock.upcoming} now={now} names={names} range={range} />
          <NowHandle
            now={now}
            draggedTo={dragged?.at ?? null}
            range={range}
            width={width}
            marks={marks}
            onDrag={drag}
            onCancel={cancelDrag}
            onMove={moveThere}
          />
        </div>
        {STEPS.map(([text, milliseconds]) => (
          <button
            key={text}
            type="button"
            class="small"
            aria-label={`${text}: what would change?`}
            onClick={() => drag((dragged?.at ?? now) + milliseconds)}
          >
            {text}
          </button>
        ))}
      </div>
    </>
  );
}

/** Returns the names used in events. Reads the identities only once the user drags "now". */
function useNames(isNeeded: boolean): Names {
  const identities = readValue(
    useLoaded(async () => (isNeeded ? readIdentities() : []), [isNeeded]),
    [],
  );
  return collectNames(identities, requests.value);
}

/** Marks for the upcoming events in the visible range. */
function EventMarks(props: {
  readonly events: readonly WorldEvent[];
  readonly now: number;
  readonly names: Names;
  readonly range: TimeRange;
}) {
  const { events, now, names, range } = props;
  const visible = events.filter(({ at }) => Date.parse(at) <= range.to);
  return (
    <>
      {visible.map((event) => (
        <span
          key={JSON.stringify(event)}
          class={event.kind.endsWith('expired') ? 'mark expiry' : 'mark'}
          style={{ left: formatPercent(positionOf(Date.parse(event.at), range)) }}
          title={`${formatTime(event.at, toIso(now))}: ${describeEvent(event, names)}`}
        />
      ))}
    </>
  );
}

/** Marks for recent requests. Requests within the width of a mark share it, and a refusal is preferred. */
function RequestMarks({ range, width }: { readonly range: TimeRange; readonly width: number }) {
  const marked = new Map<number, RequestSummary>();
  for (const request of requests.value.slice(0, MAX_MARKED)) {
    const at = Date.parse(request.at);
    if (at < range.from || at > range.to) continue;
    const slot = Math.round((positionOf(at, range) * width) / MARK_PIXELS);
    const previous = marked.get(slot);
    if (previous === undefined || (previous.reason === null && request.reason !== null)) marked.set(slot, request);
  }
  return (
    <>
      {[...marked.values()].map(({ id, at, method, path, status, reason }) => (
        <span
          key={id}
          class={reason === null ? 'request' : 'request refused'}
          style={{ left: formatPercent(positionOf(Date.parse(at), range)) }}
          title={`${formatTime(at)}: ${method} ${path} ${status ?? 'broken'}`}
        />
      ))}
    </>
  );
}
