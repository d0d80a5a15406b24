import { Feedback, useAct } from '../parts/act.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { offerUndo, undoable } from '../state/undo.ts';

/** Offers to undo what was done last, on every view. */
export function UndoBar() {
  const act = useAct();
  const done = undoable.value;
  const undo = () =>
    act.run(async () => {
      if (done === null) return undefined;
      const text = await done.undo();
      if (undoable.value === done) offerUndo(null);
      return text;
    });
  return (
    <aside class={done === null && act.feedback === null ? 'undo unseen' : 'undo'} aria-label="Undo">
      {done !== null && (
        <p>
          <Sentence text={done.text} />{' '}
          <button type="button" class="small" disabled={act.isBusy} onClick={undo}>
            Undo
          </button>
          {done.loses !== undefined && <small class="quiet"> {done.loses}</small>}
        </p>
      )}
      <Feedback act={act} />
      <button
        type="button"
        class="small"
        aria-label="Close"
        onClick={() => {
          offerUndo(null);
          act.forget();
        }}
      >
        ×
      </button>
    </aside>
  );
}
