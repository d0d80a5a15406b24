/** The meanings of a status. Each has its own sign, so that colour is not needed. */
const MEANINGS = {
  passed: { sign: '✓', spoken: 'succeeded' },
  refused: { sign: '⊘', spoken: 'refused because of its credential or rights' },
  wrong: { sign: '!', spoken: 'invalid request' },
  failed: { sign: '×', spoken: 'failed' },
  unknown: { sign: '?', spoken: 'no operation has this path' },
} as const;

/** Returns the meaning of a status. @param status null if the connection broke */
function meaningOf(status: number | null): keyof typeof MEANINGS {
  if (status === null || status >= 500) return 'failed';
  if (status === 401 || status === 403) return 'refused';
  return status >= 400 ? 'wrong' : 'passed';
}

/** A status code with its meaning. @param props.isUnknownPath whether no operation has the path */
export function Status(props: {
  readonly status: number | null;
  readonly statusWithoutFault?: number | undefined;
  readonly isUnknownPath?: boolean;
}) {
  const { status, statusWithoutFault, isUnknownPath = false } = props;
  const meaning = isUnknownPath ? 'unknown' : meaningOf(status);
  const { sign, spoken } = MEANINGS[meaning];
  return (
    <span class={`status ${meaning}`} data-sign={sign} title={spoken}>
      {status ?? 'broken'}
      {statusWithoutFault !== undefined && <small> without the fault {statusWithoutFault}</small>}
    </span>
  );
}
