import { useEffect } from 'preact/hooks';
import { Feedback, useAct } from '../parts/act.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { countChanges } from '../state/changes.ts';
import { dropIfStale, offerUndo, type Undoable, undo, undoable } from '../state/undo.ts';

/** Offers to undo the last action, on every view. It takes its own space, so it covers nothing. */
export function UndoBar() {
  const act = useAct();
  const done = undoable.value;
  useEffect(() => {
    if (done !== null) act.forget();
  }, [done]);
  const isShown = done !== null || act.feedback !== null;
  const close = () => {
    offerUndo(null);
    act.forget();
  };
  return (
    <aside class={isShown ? 'undo' : 'undo unseen'} aria-label="Undo">
      {done !== null && (
        <Offer
          done={done}
          isBusy={act.isBusy}
          onUndo={() =>
            act.run(async () => {
              const text = await undo(done);
              if (undoable.value === done) offerUndo(null);
              return text;
            })
          }
        />
      )}
      <Feedback act={act} />
      {isShown && (
        <>
          <button type="button" class="small" aria-label="Close" onClick={close}>
            ×
          </button>
          {/* The CSS animation is the timer: it pauses on hover and focus, and restarts with the next offer. */}
          <span key={done?.text ?? ''} class="timer" aria-hidden="true" onAnimationEnd={close} />
        </>
      )}
    </aside>
  );
}

function Offer(props: { readonly done: Undoable; readonly isBusy: boolean; readonly onUndo: () => void }) {
  const { done, isBusy, onUndo } = props;
  const changes = countChanges(...(done.guard?.topics ?? []));
  useEffect(() => {
    // If the check fails, the click reports why.
    dropIfStale(done).catch(() => {});
  }, [done, changes]);
  return (
    <p>
      <Sentence text={done.text} />{' '}
      <button type="button" class="small" disabled={isBusy} onClick={onUndo}>
        Undo
      </button>
      {done.loses !== undefined && <small class="quiet"> {done.loses}</small>}
    </p>
  );
}
