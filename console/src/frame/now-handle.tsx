import { useState } from 'preact/hooks';
import { formatDuration } from '../duration.ts';
import { formatTime } from '../parts/time.ts';
import { formatPercent, positionOf, type TimeRange } from '../timeline/scale.ts';

/** Dragging snaps to an event within this distance, in pixels. */
const SNAP_PIXELS = 8;

/** An arrow key moves the handle by the range divided by this number. */
const STEPS_PER_RANGE = 240;

/** The step of the keys PageUp and PageDown, and of the first button beside the strip. */
export const QUARTER_HOUR_MS = 15 * 60_000;

/** The handle for "now". It stays where it is dropped until the user moves the clock there or cancels. */
export function NowHandle(props: {
  readonly now: number;
  /** The time to which it is dragged; null if it is not dragged. */
  readonly draggedTo: number | null;
  /** The visible range. */
  readonly range: TimeRange;
  /** The width of the strip, in pixels. */
  readonly width: number;
  /** The times of upcoming events. */
  readonly marks: readonly number[];
  readonly onDrag: (at: number) => void;
  readonly onCancel: () => void;
  readonly onMove: (at: number) => void;
}) {
  const { now, draggedTo, range, width, marks, onDrag, onCancel, onMove } = props;
  const [isDragged, setDragged] = useState(false);
  const at = draggedTo ?? now;
  const span = range.to - range.from;
  const step = span / STEPS_PER_RANGE;
  const roundToStep = (time: number) => Math.round(time / step) * step;
  /** Snaps to the nearest event within `SNAP_PIXELS`, or to a multiple of the step. */
  const snap = (time: number) => {
    const distanceTo = (mark: number) => Math.abs(mark - time);
    const snapMs = (SNAP_PIXELS / Math.max(1, width)) * span;
    const [nearest] = marks.filter((mark) => distanceTo(mark) <= snapMs).sort((a, b) => distanceTo(a) - distanceTo(b));
    return nearest ?? roundToStep(time);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const offset = { ArrowRight: step, ArrowLeft: -step, PageUp: QUARTER_HOUR_MS, PageDown: -QUARTER_HOUR_MS }[
      event.key
    ];
    // Without snapping, which would return to an event that is closer than a step.
    if (offset !== undefined) onDrag(roundToStep(at + offset));
    else if (event.key === 'End' && marks[0] !== undefined) onDrag(marks[0]);
    else if (event.key === 'Enter' && at > now) onMove(at);
    else if (event.key === 'Escape' && draggedTo !== null) onCancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const position = positionOf(at, range);
  return (
    <>
      <div class="past" style={{ width: formatPercent(positionOf(now, range)) }} />
      <div
        class="now"
        style={{ left: formatPercent(position) }}
        role="slider"
        tabIndex={0}
        aria-label="Now"
        aria-valuemin={Math.round(now / 1000)}
        aria-valuemax={Math.round(Math.max(at, range.to) / 1000)}
        aria-valuenow={Math.round(at / 1000)}
        aria-valuetext={
          draggedTo === null ? formatTime(toIso(at)) : `${formatTime(toIso(at))}, ${formatDuration(at - now)} ahead`
        }
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged(true);
        }}
        onPointerMove={(event) => isDragged && onDrag(snap(timeAtPointer(event, range) ?? now))}
        onPointerUp={() => setDragged(false)}
        onPointerCancel={() => {
          setDragged(false);
          onCancel();
        }}
        onKeyDown={onKeyDown}
      >
        {/* Keep the flag inside the strip: left-aligned at the left end, right-aligned at the right end. */}
        <span class="flag" style={{ transform: `translateX(-${formatPercent(position)})` }}>
          {draggedTo === null ? 'now' : `+${formatDuration(at - now)}`}
        </span>
      </div>
    </>
  );
}

/** Returns the time at the pointer, not after the visible range; undefined if the handle is not in the page. */
function timeAtPointer({ clientX, currentTarget }: PointerEvent, { from, to }: TimeRange): number | undefined {
  const strip = (currentTarget as Element).parentElement?.getBoundingClientRect();
  if (strip === undefined) return undefined;
  return Math.min(to, from + ((clientX - strip.left) / strip.width) * (to - from));
}

/** Formats a time in milliseconds since 1970 in RFC 3339. */
export function toIso(time: number): string {
  return new Date(time).toISOString();
}
