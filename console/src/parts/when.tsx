import { relativeText, timeOfDay, timeText } from './time.ts';

/** The world's time to the minute; null while unknown. Set by the frame, because parts do not know the state. */
export const worldNow: { of: { readonly value: string | null } } = { of: { value: null } };

/** A time in the format of the page. @param props.isRelative also shows the distance from now */
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

/** The time of day, to the millisecond. */
export function TimeOfDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {timeOfDay(at)}
    </time>
  );
}
