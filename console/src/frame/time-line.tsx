import { useEffect, useState } from 'preact/hooks';
import { ask } from '../control-api/client.ts';
import type { ClockReading, RequestSummary } from '../control-api/types.ts';
import { formatDuration } from '../duration.ts';
import { Feedback, useAct } from '../parts/act.tsx';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { ticksIn, timeText } from '../parts/time.ts';
import { countChanges } from '../state/changes.ts';
import { worldTime } from '../state/clock.ts';
import { readIdentities } from '../state/identities.ts';
import { requests } from '../state/requests.ts';
import { eventInWords, move, type Names, namesOf } from '../timeline/move.ts';
import { LABEL, percent, placeOf, type Stretch, useScale, useWidth } from '../timeline/scale.ts';
import { MovePreview } from './move-preview.tsx';
import './time-line.css';

/** Dragging snaps to an event within this distance, in pixels. */
const SNAP_PIXELS = 8;
const QUARTER_MS = 15 * 60_000;
const STEPS = [
  ['+15 min', QUARTER_MS],
  ['+1 h', 4 * QUARTER_MS],
] as const;

/** The scale shows all events within this time or, without any, the next event. */
const SOON_MS = 3 * 60 * 60_000;

/** Maximum number of request marks. */
const MAX_MARKED = 200;

/** Shows the world's past and upcoming events below every view. Dragging "now" forward moves the clock. */
export function TimeLine() {
  const issued = requests.value.find(({ tokenExpiresAt }) => tokenExpiresAt !== undefined)?.id;
  const clock = readValue(
    useLoaded(() => ask<ClockReading>('GET', '/_mock/clock'), [countChanges('clock', 'keys'), issued]),
    null,
  );
  return <section aria-label="Time line">{clock !== null && <Line clock={clock} />}</section>;
}

function Line({ clock }: { readonly clock: ClockReading }) {
  const now = Date.parse(worldTime.value?.now ?? clock.now);
  const { element, width } = useWidth<HTMLDivElement>();
  const marks = clock.upcoming.map(({ at }) => Date.parse(at));
  const soon = marks.filter((at) => at - now <= SOON_MS);
  const { stretch: current, tick } = useScale(now, soon.length > 0 ? soon.slice(-1) : marks, width);
  // The dragged time. The stretch is frozen while dragging, although time passes.
  const [dragged, setHeld] = useState<{ readonly at: number; readonly stretch: Stretch } | null>(null);
  const stretch = dragged?.stretch ?? current;
  const names = useNames(dragged !== null);
  const act = useAct();
  useEffect(() => {
    // Time has passed it, or the clock was moved elsewhere.
    if (dragged !== null && dragged.at < now) setHeld(null);
  }, [dragged, now]);
  const drag = (at: number) => setHeld({ at: Math.max(now, at), stretch });
  const cancelDrag = () => setHeld(null);
  const moveThere = (at: number) =>
    act.run(async () => {
      const text = await move({ to: toIso(at) }, names);
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
          {ticksIn(stretch.from, stretch.to, tick).map(({ at, text }) => (
            <span key={`tick ${at}`} class="tick" style={{ left: percent(placeOf(at, stretch)) }} aria-hidden="true">
              {(1 - placeOf(at, stretch)) * width > LABEL / 2 && <small>{text}</small>}
            </span>
          ))}
          <Requests stretch={stretch} width={width} />
          {clock.upcoming.map((event) => {
            const at = Date.parse(event.at);
            const title = `${timeText(event.at, toIso(now))}: ${eventInWords(event, names)}`;
            const kind = event.kind.endsWith('expired') ? 'mark expiry' : 'mark';
            return (
              at <= stretch.to && (
                <span
                  key={JSON.stringify(event)}
                  class={kind}
                  style={{ left: percent(placeOf(at, stretch)) }}
                  title={title}
                />
              )
            );
          })}
          <Now
            {...{ now, stretch, width, marks, hold: drag, letGo: cancelDrag, moveThere }}
            at={dragged === null ? null : dragged.at}
          />
        </div>
        {STEPS.map(([text, by]) => (
          <button
            key={text}
            type="button"
            class="small"
            aria-label={`${text}: what would change?`}
            onClick={() => drag((dragged?.at ?? now) + by)}
          >
            {text}
          </button>
        ))}
      </div>
    </>
  );
}

/** Returns the names used in events. Reads identities only once the user looks ahead. */
function useNames(isWanted: boolean): Names {
  const identities = readValue(
    useLoaded(async () => (isWanted ? readIdentities() : []), [isWanted]),
    [],
  );
  return namesOf(identities, requests.value);
}

/** Marks for recent requests. Requests at the same pixel share a mark, which prefers a refusal. */
function Requests({ stretch, width }: { readonly stretch: Stretch; readonly width: number }) {
  const byPixel = new Map<number, RequestSummary>();
  for (const request of requests.value.slice(0, MAX_MARKED)) {
    const at = Date.parse(request.at);
    if (at < stretch.from || at > stretch.to) continue;
    const pixel = Math.round((placeOf(at, stretch) * width) / 3);
    const marked = byPixel.get(pixel);
    if (marked === undefined || (marked.reason === null && request.reason !== null)) byPixel.set(pixel, request);
  }
  return (
    <>
      {[...byPixel.values()].map(({ id, at, method, path, status, reason }) => (
        <span
          key={id}
          class={reason === null ? 'request' : 'request refused'}
          style={{ left: percent(placeOf(Date.parse(at), stretch)) }}
          title={`${timeText(at)}: ${method} ${path} ${status ?? 'broken'}`}
        />
      ))}
    </>
  );
}

/** The handle for "now". It stays where it is dropped until the user moves the clock there or cancels. */
function Now(props: {
  readonly now: number;
  /** The dragged time; null if it is not dragged. */
  readonly at: number | null;
  readonly stretch: Stretch;
  readonly width: number;
  readonly marks: readonly number[];
  readonly hold: (at: number) => void;
  readonly letGo: () => void;
  readonly moveThere: (at: number) => void;
}) {
  const { now, stretch, width, marks, hold, letGo, moveThere } = props;
  const [isDragged, setDragged] = useState(false);
  const at = props.at ?? now;
  const span = stretch.to - stretch.from;
  const step = span / 240;
  const dragNear = (time: number) => {
    const near = (SNAP_PIXELS / Math.max(1, width)) * span;
    const nearest = marks.find((mark) => Math.abs(mark - time) <= near);
    hold(nearest ?? Math.round(time / step) * step);
  };
  const timeAtPointer = ({ clientX, currentTarget }: PointerEvent) => {
    const box = (currentTarget as Element).parentElement?.getBoundingClientRect();
    if (box === undefined) return now;
    return Math.min(stretch.to, stretch.from + ((clientX - box.left) / box.width) * span);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: step, ArrowLeft: -step, PageUp: QUARTER_MS, PageDown: -QUARTER_MS }[event.key];
    if (by !== undefined) dragNear(at + by);
    else if (event.key === 'End' && marks[0] !== undefined) dragNear(marks[0]);
    else if (event.key === 'Enter' && at > now) moveThere(at);
    else if (event.key === 'Escape' && props.at !== null) letGo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const position = placeOf(at, stretch);
  return (
    <>
      <div class="past" style={{ width: percent(placeOf(now, stretch)) }} />
      <div
        class="now"
        style={{ left: percent(position) }}
        role="slider"
        tabIndex={0}
        aria-label="Now"
        aria-valuemin={Math.round(now / 1000)}
        aria-valuemax={Math.round(Math.max(at, stretch.to) / 1000)}
        aria-valuenow={Math.round(at / 1000)}
        aria-valuetext={
          props.at === null ? timeText(toIso(at)) : `${timeText(toIso(at))}, ${formatDuration(at - now)} ahead`
        }
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged(true);
        }}
        onPointerMove={(event) => isDragged && dragNear(timeAtPointer(event))}
        onPointerUp={() => setDragged(false)}
        onPointerCancel={() => {
          setDragged(false);
          letGo();
        }}
        onKeyDown={onKeyDown}
      >
        {/* Keep the flag inside the strip: left-aligned at the left end, right-aligned at the right end. */}
        <span class="flag" style={{ transform: `translateX(-${percent(position)})` }}>
          {props.at === null ? 'now' : `+${formatDuration(at - now)}`}
        </span>
      </div>
    </>
  );
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}
