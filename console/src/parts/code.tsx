import { CopyButton } from './copy.tsx';

/** Test code with a copy button. */
export function Code({ text }: { readonly text: string }) {
  return (
    <div class="lines">
      <pre class="long">{text}</pre>
      <CopyButton text={text} label="Copy the code" />
    </div>
  );
}
