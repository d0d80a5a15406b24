import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { choices, choose } from '../address.ts';
import { chooseTick } from '../parts/ticks.ts';

const MINUTE_MS = 60_000;

/** The scales to choose from. */
export const SPANS = [
  ['10 min', 10 * MINUTE_MS],
  ['1 h', 60 * MINUTE_MS],
  ['6 h', 360 * MINUTE_MS],
  ['1 day', 1440 * MINUTE_MS],
  ['7 days', 10_080 * MINUTE_MS],
  ['30 days', 43_200 * MINUTE_MS],
] as const;

/** "Now" is at the first fraction of a new range. Beyond the second one, another range begins. */
const PAST_FRACTION = 0.1;
const MAX_PAST_FRACTION = 0.9;

/** The minimum distance between labels, in pixels: a date fits. */
export const MIN_LABEL_GAP_PIXELS = 88;

/** A range of time, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Returns the position of a time in a range, from 0 to 1. */
export function positionOf(at: number, { from, to }: TimeRange): number {
  return Math.max(0, Math.min(1, (at - from) / (to - from)));
}

/** Formats a fraction for a style. */
export function formatPercent(part: number): string {
  return `${(100 * part).toFixed(3)}%`;
}

/**
 * Returns the visible range and the distance between its ticks. The range stays the same while "now" is visible in
 * it, and the next event, unless that is too far away.
 *
 * @param marks times of events; the default scale shows the first of them
 * @param width in pixels
 */
export function useScale(now: number, marks: readonly number[], width: number) {
  const [next = now] = marks;
  const chosenSpan = choices.value['span'];
  const span = SPANS.find(([, length]) => String(length) === chosenSpan)?.[1] ?? findFittingSpan(now, next);
  const tick = chooseTick(span, Math.max(1, width / MIN_LABEL_GAP_PIXELS));
  const layoutRef = useRef({ span, tick, from: Number.NaN });
  const { current: layout } = layoutRef;
  const isSeen = now >= layout.from && now <= layout.from + MAX_PAST_FRACTION * span;
  const isNextHidden = next > layout.from + span && isInNewRange(next, now, span);
  // Ticks change with the layout of the page, and the range begins at a tick.
  const isSame = layout.span === span && layout.tick === tick;
  if (!isSeen || !isSame || isNextHidden)
    layoutRef.current = { span, tick, from: Math.floor((now - PAST_FRACTION * span) / tick) * tick };
  const { from } = layoutRef.current;
  const range: TimeRange = { from, to: from + span };
  return { span, tick, range, choose: (text: string) => choose({ span: text }, false) };
}

/** The minimum part of a new range after "now". It is less than 0.9, because a range begins at a tick. */
const MIN_FUTURE_FRACTION = 0.6;

/** Returns whether a range that begins now includes an upcoming time. */
function isInNewRange(at: number, now: number, span: number): boolean {
  return at <= now + MIN_FUTURE_FRACTION * span;
}

/** Returns the shortest span, of an hour or longer, that includes the next event; an hour if none does. */
function findFittingSpan(now: number, next: number): number {
  const fittingEntry = SPANS.slice(1).find(([, length]) => isInNewRange(next, now, length));
  return (fittingEntry ?? SPANS[1])[1];
}

/** Returns a ref for an element, and its current width in pixels. */
export function useWidth<MeasuredElement extends HTMLElement>() {
  const element = useRef<MeasuredElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
