import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A button for what cannot be undone: a dialog names what is lost, and asks. */
export function Confirm(props: {
  readonly children: ComponentChildren;
  /** What the button of the dialog says, such as `Yes, delete`. */
  readonly yes: string;
  /** What is gone afterwards, as a sentence. */
  readonly loses: string;
  readonly isBusy: boolean;
  readonly onYes: () => void;
}) {
  const { children, yes, loses, isBusy, onYes } = props;
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="small danger" disabled={isBusy} onClick={() => setAsking(true)}>
        {children}
      </button>
      {isAsking && <Asked yes={yes} loses={loses} onYes={onYes} onEnd={() => setAsking(false)} />}
    </>
  );
}

function Asked(props: {
  readonly yes: string;
  readonly loses: string;
  readonly onYes: () => void;
  readonly onEnd: () => void;
}) {
  const { yes, loses, onYes, onEnd } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="asked"
      aria-label={yes}
      onClose={onEnd}
      onKeyDown={(event) => {
        // It closes the question, and not the panel around it.
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
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
