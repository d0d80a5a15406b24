import { useEffect } from 'preact/hooks';
import { Feedback, useAct } from '../parts/act.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { countChanges } from '../state/changes.ts';
import { offerUndo, type Undoable, undo, undoable, withdrawIfStale } from '../state/undo.ts';

/** Offers to undo the latest action, on every view. It takes its own space instead of covering the view. */
export function UndoBar() {
  const act = useAct();
  const offer = undoable.value;
  useEffect(() => {
    if (offer !== null) act.clear();
  }, [offer]);
  const isShown = offer !== null || act.feedback !== null;
  const close = () => {
    offerUndo(null);
    act.clear();
  };
  return (
    <aside class={isShown ? 'undo' : 'undo unseen'} aria-label="Undo">
      {offer !== null && (
        <UndoOffer
          action={offer}
          isBusy={act.isBusy}
          onUndo={() =>
            act.run(async () => {
              const text = await undo(offer);
              // Keep an offer that was made in the meantime.
              if (undoable.value === offer) offerUndo(null);
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
          <span key={offer?.text ?? ''} class="timer" aria-hidden="true" onAnimationEnd={close} />
        </>
      )}
    </aside>
  );
}

function UndoOffer(props: { readonly action: Undoable; readonly isBusy: boolean; readonly onUndo: () => void }) {
  const { action, isBusy, onUndo } = props;
  const changes = countChanges(...(action.guard?.topics ?? []));
  useEffect(() => {
    // Ignore a failed check: a click on the button repeats it and reports the error.
    withdrawIfStale(action).catch(() => {});
  }, [action, changes]);
  return (
    <p>
      <Sentence text={action.text} />{' '}
      <button type="button" class="small" disabled={isBusy} onClick={onUndo}>
        Undo
      </button>
      {action.warning !== undefined && <small class="quiet"> {action.warning}</small>}
    </p>
  );
}
