import { CopyButton } from './copy.tsx';

/** Shortens an id in the middle: `3f1d7c52…0001`. Ids differ at both ends. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** A shortened id with the full one as tooltip, and a copy button. */
export function Id({ id, name = 'id' }: { readonly id: string; readonly name?: string }) {
  return (
    <span class="id">
      <code title={id}>{shortId(id)}</code> <CopyButton text={id} label="Copy" of={name} />
    </span>
  );
}

const ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** A text with its UUIDs shown as ids. */
export function WithIds({ text }: { readonly text: string }) {
  return <>{text.split(ID).map((part, index) => (index % 2 === 1 ? <Id key={index} id={part} /> : part))}</>;
}
