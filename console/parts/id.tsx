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
