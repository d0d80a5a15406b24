import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** What is asked before something is done that cannot be undone. */
export interface Question {
  /** Such as `Delete world bob?`. */
  readonly title: string;
  /** What is gone afterwards, as a sentence. */
  readonly loses: string;
  /** What the button says, such as `Delete world`. */
  readonly yes: string;
}

/** A button for what cannot be undone: a dialog names what is lost, and asks. */
export function Confirm(
  props: Question & {
    readonly children: ComponentChildren;
    readonly isBusy: boolean;
    readonly onYes: () => void;
    /** What the button says to screen readers, if its content does not. */
    readonly label?: string;
    readonly class?: string;
  },
) {
  const { children, title, loses, yes, isBusy, onYes, label, class: kind = 'small danger' } = props;
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class={kind}
        aria-label={label}
        title={label}
        disabled={isBusy}
        onClick={() => setAsking(true)}
      >
        {children}
      </button>
      {isAsking && <Asked title={title} yes={yes} loses={loses} onYes={onYes} onEnd={() => setAsking(false)} />}
    </>
  );
}

/** The question itself. */
export function Asked(props: Question & { readonly onYes: () => void; readonly onEnd: () => void }) {
  const { title, yes, loses, onYes, onEnd } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="asked"
      aria-label={title}
      onClose={onEnd}
      onKeyDown={(event) => {
        // It closes the question, and not the panel around it.
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
      <h2>{title}</h2>
      <p>{loses}</p>
      <div class="bar">
        <button type="button" autofocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            dialog.current?.close();
            onYes();
          }}
        >
          {yes}
        </button>
      </div>
    </dialog>
  );
}
