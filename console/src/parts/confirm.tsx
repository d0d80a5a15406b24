import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The question before an action that cannot be undone. */
export interface Question {
  /** Such as `Delete world bob?`. */
  readonly title: string;
  /** A sentence that names the data the action destroys. */
  readonly loses: string;
  /** Label of the confirming button, such as `Delete world`. */
  readonly yes: string;
}

/** A button for an action that cannot be undone. A dialog explains what will be lost and asks first. */
export function Confirm(
  props: Question & {
    readonly children: ComponentChildren;
    readonly isBusy: boolean;
    readonly onYes: () => void;
    /** Accessible name, if the content is not enough. */
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

/** The confirmation dialog. */
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
        // Close only the dialog, not the panel around it.
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
