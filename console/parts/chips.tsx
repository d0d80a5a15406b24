/** How a status reads at a glance. */
export function Status({ status, wouldBe }: { readonly status: number | null; readonly wouldBe?: number | undefined }) {
  const kind = status === null ? 'broken' : `s${String(status).slice(0, 1)}`;
  return (
    <span class={`status ${kind}`}>
      {status ?? 'broken'}
      {wouldBe !== undefined && <small> would be {wouldBe}</small>}
    </span>
  );
}

/** Rights by name; those of `lacking` stand out, by a sign as well as by a colour. */
export function Rights({
  ids,
  lacking = [],
}: {
  readonly ids: readonly string[];
  readonly lacking?: readonly string[];
}) {
  if (ids.length === 0) return <p class="quiet">none</p>;
  return (
    <ul class="rights">
      {ids.map((id) => (
        <li key={id} class={lacking.includes(id) ? 'lacking' : 'there'}>
          <span aria-hidden="true">{lacking.includes(id) ? '✗' : '✓'}</span> <code>{id}</code>
          {lacking.includes(id) && <span class="unseen"> (missing)</span>}
        </li>
      ))}
    </ul>
  );
}

/** The time of day of an RFC 3339 time, as it is written. */
export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {at.slice(11, 23)}
    </time>
  );
}
