/** The four meanings of a status. Each has its own sign, so that colour is not needed. */
const MEANINGS = {
  passed: { sign: '✓', spoken: 'succeeded' },
  refused: { sign: '⊘', spoken: 'refused because of its credential or rights' },
  wrong: { sign: '!', spoken: 'invalid request' },
  failed: { sign: '×', spoken: 'failed' },
} as const;

/** Returns the meaning of a status. @param status null if the connection broke */
function meaningOf(status: number | null): keyof typeof MEANINGS {
  if (status === null || status >= 500) return 'failed';
  if (status === 401 || status === 403) return 'refused';
  return status >= 400 ? 'wrong' : 'passed';
}

/** A status code with its meaning. */
export function Status({
  status,
  statusWithoutFault,
}: {
  readonly status: number | null;
  readonly statusWithoutFault?: number | undefined;
}) {
  const meaning = meaningOf(status);
  const { sign, spoken } = MEANINGS[meaning];
  return (
    <span class={`status ${meaning}`} data-sign={sign} title={spoken}>
      {status ?? 'broken'}
      {statusWithoutFault !== undefined && <small> without the fault {statusWithoutFault}</small>}
    </span>
  );
}
