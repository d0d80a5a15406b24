import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../address.ts';
import { chooseTick } from '../parts/time.ts';

const MINUTE = 60_000;

/** The scales to choose from. */
export const SPANS = [
  ['10 min', 10 * MINUTE],
  ['1 h', 60 * MINUTE],
  ['6 h', 360 * MINUTE],
  ['1 day', 1440 * MINUTE],
  ['7 days', 10_080 * MINUTE],
  ['30 days', 43_200 * MINUTE],
] as const;

/** The past takes this part of a new scale, and up to `MAX_PAST` before the scale is laid out again. */
const PAST = 0.1;
const MAX_PAST = 0.9;

/** Minimum distance between labels, in pixels: a date fits. */
export const LABEL = 88;

/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Returns the position of a time in a stretch, from 0 to 1. */
export function placeOf(at: number, { from, to }: Stretch): number {
  return Math.max(0, Math.min(1, (at - from) / (to - from)));
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(3)}%`;
}

/**
 * Returns the visible stretch and the distance between its ticks. The stretch stays the same while "now" is visible in
 * it.
 *
 * @param marks times of events; the default scale shows the first of them
 * @param width in pixels
 */
export function useScale(now: number, marks: readonly number[], width: number) {
  const given = chosen.value['span'];
  const span = SPANS.find(([, length]) => String(length) === given)?.[1] ?? fittingSpan(now, marks);
  const tick = chooseTick(span, Math.max(1, width / LABEL));
  const laid = useRef({ span, tick, from: Number.NaN });
  const { current } = laid;
  const isSeen = now >= current.from && now <= current.from + MAX_PAST * span;
  // Ticks change with the layout of the page, and the stretch begins at a tick.
  const isSame = current.span === span && current.tick === tick;
  if (!isSeen || !isSame) laid.current = { span, tick, from: Math.floor((now - PAST * span) / tick) * tick };
  const { from } = laid.current;
  const stretch: Stretch = { from, to: from + span };
  return { span, tick, stretch, choose: (text: string) => choose({ span: text }, false) };
}

/** Minimum part of a span after "now", because it begins at a tick. */
const FUTURE = 0.6;

/** Returns the shortest span that includes the next event. */
function fittingSpan(now: number, [next = now]: readonly number[]): number {
  const fitting = SPANS.slice(1).find(([, length]) => now + FUTURE * length >= next);
  return (fitting ?? SPANS[1])[1];
}

/** Returns a ref for an element, and its current width in pixels. */
export function useWidth<Measured extends HTMLElement>() {
  const element = useRef<Measured>(null);
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
