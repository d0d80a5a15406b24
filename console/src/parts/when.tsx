import { relativeText, timeOfDay, timeText } from './time.ts';

/** The time of the world, to the minute, for whatever shows a time; null before it is known. The frame sets what says it. */
export const worldNow: { of: { readonly value: string | null } } = { of: { value: null } };

/** A time, written as everywhere on the page. @param props.isRelative says beside it how far it is from now */
export function When({ at, isRelative = false }: { readonly at: string; readonly isRelative?: boolean }) {
  const now = worldNow.of.value;
  return (
    <span class="when">
      <time dateTime={at} title={at}>
        {timeText(at, now)}
      </time>
      {isRelative && now !== null && <small class="quiet"> {relativeText(at, now)}</small>}
    </span>
  );
}

/** The time of day of something that has just happened, to the millisecond. */
export function TimeOfDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {timeOfDay(at)}
    </time>
  );
}
