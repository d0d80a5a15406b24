import { addressOfView, choices } from '../../address.ts';
import { Sentence } from '../../parts/sentence.tsx';
import type { Repair } from '../../state/repairs.ts';
import { DiffList } from './fixes.tsx';

/** The change before a request was sent again, and whether the change was enough. */
export function RepairResult({ repair, isRefused }: { readonly repair: Repair; readonly isRefused: boolean }) {
  const { remedy, before, status } = repair;
  const isFixed = status !== null && status < 400;
  return (
    <section class={isFixed ? 'result allow' : 'result'} aria-label="Result">
      <p>
        <strong>{formatOutcome(isFixed, isRefused)}</strong>{' '}
        {remedy.lines.length === 0 && (
          <>
            Done: <Sentence text={remedy.text} />.{' '}
          </>
        )}
        <a href={addressOfView('requests', { ...choices.value, request: before.id })}>The refused request</a>
      </p>
      <DiffList lines={remedy.lines} />
    </section>
  );
}

function formatOutcome(isFixed: boolean, isRefused: boolean): string {
  if (isFixed) return 'Fixed and sent again.';
  return isRefused ? 'Sent again, but still refused.' : 'Sent again and allowed now, but the response is an error.';
}
