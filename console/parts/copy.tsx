import { useState } from 'preact/hooks';

/** Copies a text, and says so. */
export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState('');
  const copy = () => {
    const told = (what: string) => {
      setSaid(what);
      setTimeout(() => setSaid(''), 2000);
    };
    // Without https, only pages of this machine may write to the clipboard.
    if (navigator.clipboard === undefined) return told('Select it by hand');
    navigator.clipboard.writeText(text).then(
      () => told('Copied'),
      () => told('Select it by hand'),
    );
  };
  return (
    <button type="button" class="small" onClick={copy}>
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}
