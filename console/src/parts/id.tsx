import { CopyButton } from './copy.tsx';

const MAX_ID_LENGTH = 16;

/** Shortens an id in the middle: `3f1d7c52…0001`. Ids differ at both ends. */
export function shortenId(id: string): string {
  return id.length <= MAX_ID_LENGTH ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** A shortened id with the full one as tooltip, and a copy button. */
export function Id({ id, name = 'id' }: { readonly id: string; readonly name?: string }) {
  return (
    <span class="id">
      <code title={id}>{shortenId(id)}</code> <CopyButton text={id} label="Copy" subject={name} />
    </span>
  );
}

const UUID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g;

export function shortenIds(text: string): string {
  return text.replaceAll(UUID, shortenId);
}

/** Renders a string, with its UUIDs shortened and copyable. */
export function WithIds({ text }: { readonly text: string }) {
  // `split` puts the UUIDs at the odd indexes, because the expression has a group.
  return <>{text.split(UUID).map((part, index) => (index % 2 === 1 ? <Id key={index} id={part} /> : part))}</>;
}
