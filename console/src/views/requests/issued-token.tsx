import { Feedback, useAct } from '../../parts/act.tsx';
import { useKeepFocus } from '../../parts/focus.ts';
import { When } from '../../parts/when.tsx';
import { worldTime } from '../../state/clock.ts';
import { moveClock } from '../../state/move-clock.ts';

/** When the issued token expires, with a button that moves the clock there. */
export function IssuedToken({ expiresAt }: { readonly expiresAt: string }) {
  const act = useAct();
  const container = useKeepFocus<HTMLDivElement>();
  const time = worldTime.value;
  const hasExpired = time !== null && Date.parse(time.now) >= Date.parse(expiresAt);
  const move = () =>
    act.run(async () => {
      const { cannotUndo } = await moveClock('set', { to: expiresAt });
      return cannotUndo === null ? null : `This cannot be undone: ${cannotUndo}`;
    });
  return (
    <div ref={container} tabIndex={-1}>
      {hasExpired ? 'expired at ' : 'expires at '}
      <When at={expiresAt} isRelative />{' '}
      {!hasExpired && (
        <button type="button" class="small" disabled={act.isBusy} onClick={move}>
          Move the clock there
        </button>
      )}
      <Feedback act={act} />
    </div>
  );
}
