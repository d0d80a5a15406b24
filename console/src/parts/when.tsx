import { convertToZone, formatRelativeTime, formatTime } from './time.ts';

/** A signal with the world's time to the minute; null while unknown. */
let worldNow: { readonly value: string | null } = { value: null };

/** Sets the signal with the world's time. The frame passes it, because parts do not import the state. */
export function setWorldNow(signal: typeof worldNow): void {
  worldNow = signal;
}

/** Returns the world's time to the minute; null while unknown. Components that call it follow the signal. */
export function getWorldNow(): string | null {
  return worldNow.value;
}

/** A time in the format of the page. @param props.isRelative whether the distance from now is shown too */
export function When({ at, isRelative = false }: { readonly at: string; readonly isRelative?: boolean }) {
  const now = getWorldNow();
  return (
    <span class="when">
      <time dateTime={at} title={at}>
        {formatTime(at, now)}
      </time>
      {isRelative && now !== null && <small class="quiet"> {formatRelativeTime(at, now)}</small>}
    </span>
  );
}

/** The time of day to the millisecond. */
export function TimeOfDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {convertToZone(at).slice(11)}
    </time>
  );
}
