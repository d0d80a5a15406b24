import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { chooseTick } from '../../parts/time.ts';

const MINUTE = 60_000;

/** How much time is shown at once. */
export const SPANS = [
  ['10 min', 10 * MINUTE],
  ['1 h', 60 * MINUTE],
  ['6 h', 360 * MINUTE],
  ['1 day', 1440 * MINUTE],
  ['7 days', 10_080 * MINUTE],
  ['30 days', 43_200 * MINUTE],
] as const;

/** So much of it is past when the scale is laid out, and at most so much before it is laid out again. */
const PAST = 0.1;
const MAX_PAST = 0.9;

/** The narrowest distance between two labels, in pixels: a date has room in it. */
export const LABEL = 88;

/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Where a time is in a stretch, from 0 to 1. */
export function placeOf(at: number, { from, to }: Stretch): number {
  return Math.max(0, Math.min(1, (at - from) / (to - from)));
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(3)}%`;
}

/**
 * The stretch that is shown, and the distance between its ticks. It stays while time passes or the clock moves, as long as now
 * can be seen in it.
 *
 * @param marks when something happens: until a scale is chosen, it is one that shows the first of these
 * @param width in pixels
 */
export function useScale(now: number, marks: readonly number[], width: number) {
  const given = chosen.value['span'];
  const span = SPANS.find(([, length]) => String(length) === given)?.[1] ?? fittingSpan(now, marks);
  const tick = chooseTick(span, Math.max(1, width / LABEL));
  const laid = useRef({ span, tick, from: Number.NaN });
  const { current } = laid;
  const isSeen = now >= current.from && now <= current.from + MAX_PAST * span;
  // Before the page is laid out its ticks are far apart, and the stretch would begin at the first of them.
  const isSame = current.span === span && current.tick === tick;
  if (!isSeen || !isSame) laid.current = { span, tick, from: Math.floor((now - PAST * span) / tick) * tick };
  const { from } = laid.current;
  const stretch: Stretch = { from, to: from + span };
  return { span, tick, stretch, choose: (text: string) => choose({ span: text }, false) };
}

/** So much of a span is after now at least, because it begins at a tick. */
const FUTURE = 0.6;

/** The shortest span that has the next event in it. */
function fittingSpan(now: number, [next = now]: readonly number[]): number {
  const fitting = SPANS.slice(1).find(([, length]) => now + FUTURE * length >= next);
  return (fitting ?? SPANS[1])[1];
}

/** An element, with its width in pixels as it is now. */
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
