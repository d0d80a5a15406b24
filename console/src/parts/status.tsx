/** The four meanings of a status, told apart by their signs as well. */
const MEANINGS = {
  passed: { sign: '✓', spoken: 'succeeded' },
  refused: { sign: '⊘', spoken: 'refused for its credential or rights' },
  wrong: { sign: '!', spoken: 'the request is wrong' },
  failed: { sign: '×', spoken: 'failed' },
} as const;

/** @param status null: the connection was broken */
function meaningOf(status: number | null): keyof typeof MEANINGS {
  if (status === null || status >= 500) return 'failed';
  if (status === 401 || status === 403) return 'refused';
  return status >= 400 ? 'wrong' : 'passed';
}

/** How a status reads at a glance. */
export function Status({ status, wouldBe }: { readonly status: number | null; readonly wouldBe?: number | undefined }) {
  const meaning = meaningOf(status);
  const { sign, spoken } = MEANINGS[meaning];
  return (
    <span class={`status ${meaning}`} data-sign={sign} title={spoken}>
      {status ?? 'broken'}
      {wouldBe !== undefined && <small> would be {wouldBe}</small>}
    </span>
  );
}
