import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** A button for what cannot be undone: it asks, and the second click does it. A double click is one click. */
export function Confirm(props: {
  readonly children: ComponentChildren;
  /** What the second click says, such as `Yes, delete`. */
  readonly yes: string;
  readonly isBusy: boolean;
  readonly onYes: () => void;
}) {
  const { children, yes, isBusy, onYes } = props;
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const leave = () => {
    setAsking(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it
    <span
      class="confirm"
      onKeyDown={(event) => {
        if (!isAsking || event.key !== 'Escape') return;
        // It closes the question, and not the panel around it.
        event.preventDefault();
        leave();
      }}
    >
      <button
        ref={button}
        type="button"
        class={isAsking ? 'small danger' : 'small'}
        disabled={isBusy}
        onClick={({ detail }) => {
          if (detail > 1) return;
          if (isAsking) onYes();
          setAsking(!isAsking);
        }}
      >
        <span aria-live="polite">{isAsking ? yes : children}</span>
      </button>
      {isAsking && (
        <button type="button" class="small" onClick={leave}>
          No
        </button>
      )}
    </span>
  );
}
