import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The texts of the dialog before an action that cannot be undone. */
export interface Confirmation {
  /** Such as `Delete world bob?`. */
  readonly title: string;
  /** The data that the action destroys, as a sentence. */
  readonly warning: string;
  /** The label of the button that confirms, such as `Delete world`. */
  readonly confirmLabel: string;
}

/** A button for an action that cannot be undone. A dialog explains what will be lost and asks first. */
export function ConfirmButton(
  props: Confirmation & {
    readonly children: ComponentChildren;
    readonly isBusy: boolean;
    readonly onConfirm: () => void;
    /** Accessible name, if the content is not enough. */
    readonly label?: string;
    readonly class?: string;
  },
) {
  const { children, title, warning, confirmLabel, isBusy, onConfirm, label, class: className = 'small danger' } = props;
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class={className}
        aria-label={label}
        title={label}
        disabled={isBusy}
        onClick={() => setAsking(true)}
      >
        {children}
      </button>
      {isAsking && (
        <ConfirmDialog
          title={title}
          confirmLabel={confirmLabel}
          warning={warning}
          onConfirm={onConfirm}
          onEnd={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** A dialog that asks before an action that cannot be undone. Opens when it is rendered. */
export function ConfirmDialog(props: Confirmation & { readonly onConfirm: () => void; readonly onEnd: () => void }) {
  const { title, confirmLabel, warning, onConfirm, onEnd } = props;
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
      <p>{warning}</p>
      <div class="bar">
        <button type="button" autofocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            dialog.current?.close();
            onConfirm();
          }}
        >
          {confirmLabel}
        </button>
      </div>
    </dialog>
  );
}
