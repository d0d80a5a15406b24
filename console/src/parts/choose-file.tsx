import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

/** A button that opens a file picker. */
export function ChooseFile(props: {
  readonly accept: string;
  readonly title?: string;
  readonly isBusy: boolean;
  readonly onFile: (file: File | undefined) => void;
  readonly children: ComponentChildren;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" disabled={props.isBusy} title={props.title} onClick={() => input.current?.click()}>
        {props.children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={props.accept}
        onChange={(event) => {
          props.onFile(event.currentTarget.files?.[0]);
          // Reset, so that choosing the same file again fires `change`.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
