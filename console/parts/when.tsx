/** The date and the time of an RFC 3339 time, to the second. */
export function dateAndTime(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** The same, for machines as well. */
export function When({ at }: { readonly at: string }) {
  return (
    <time class="when" dateTime={at} title={at}>
      {dateAndTime(at)}
    </time>
  );
}

/** An ISO 8601 duration as people write it: `PT1H30M` is `1h30m`. */
export function shortOf(duration: string): string {
  return duration
    .replace(/^P(?=.)/, '')
    .replace('T', '')
    .toLowerCase();
}
