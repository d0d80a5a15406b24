import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A modal dialog. Escape or a click outside closes it. */
export function Dialog(props: {
  readonly label: string;
  readonly onClose: () => void;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  const { label, onClose, class: className, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      class={className}
      aria-label={label}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      {children}
    </dialog>
  );
}

/** The texts of the dialog before an action that cannot be undone. */
export interface Confirmation {
  /** Such as `Delete world bob?`. */
  readonly title: string;
  /** The data that the action destroys, as a sentence. */
  readonly warning: string;
  /** The label of the button that confirms, such as `Delete world`. */
  readonly confirmLabel: string;
}

/** A button for an action. If it cannot be undone, a dialog explains what will be lost and asks first. */
export function ConfirmButton(
  props: Omit<Confirmation, 'warning'> & {
    /** Absent: nothing is asked. */
    readonly warning?: string | undefined;
    readonly children: ComponentChildren;
    readonly isBusy: boolean;
    readonly onConfirm: () => void;
    /** Accessible name, if the content is not enough. */
    readonly label?: string;
    readonly class?: string;
  },
) {
  const { children, isBusy, label, warning, onConfirm, class: className = 'small danger' } = props;
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class={className}
        aria-label={label}
        title={label}
        disabled={isBusy}
        onClick={() => (warning === undefined ? onConfirm() : setAsking(true))}
      >
        {children}
      </button>
      {isAsking && warning !== undefined && (
        <ConfirmDialog {...props} warning={warning} onEnd={() => setAsking(false)} />
      )}
    </>
  );
}

/** A dialog that asks before an action that cannot be undone. Opens when it is rendered. */
export function ConfirmDialog(props: Confirmation & { readonly onConfirm: () => void; readonly onEnd: () => void }) {
  const { title, confirmLabel, warning, onConfirm, onEnd } = props;
  const close = (event: { readonly currentTarget: HTMLElement }) => event.currentTarget.closest('dialog')?.close();
  return (
    <Dialog label={title} class="asked" onClose={onEnd}>
      <h2>{title}</h2>
      <p>{warning}</p>
      <div class="bar">
        <button type="button" autofocus onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="danger"
          onClick={(event) => {
            close(event);
            onConfirm();
          }}
        >
          {confirmLabel}
        </button>
      </div>
    </Dialog>
  );
}
