import { Copy } from './copy.tsx';

/** An id without its middle: `3f1d7c52…0001`. Both ends are where ids differ. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** An id, never broken within a word: its ends, the whole of it on request, and a button that copies it. */
export function Id({ id, name = 'id' }: { readonly id: string; readonly name?: string }) {
  return (
    <span class="id">
      <code title={id}>{shortId(id)}</code> <Copy text={id} label="Copy" of={name} />
    </span>
  );
}

const ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** A text in which each UUID is shown as an id. */
export function WithIds({ text }: { readonly text: string }) {
  return <>{text.split(ID).map((part, index) => (index % 2 === 1 ? <Id key={index} id={part} /> : part))}</>;
}
