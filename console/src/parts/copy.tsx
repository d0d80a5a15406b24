import { useState } from 'preact/hooks';

/** Copies a text, and says so. @param props.of what is copied, for screen readers, where the label does not say it */
export function Copy(props: { readonly text: string; readonly label?: string; readonly of?: string }) {
  const { text, label = 'Copy', of } = props;
  const [said, setSaid] = useState('');
  const copy = () => {
    const show = (what: string) => {
      setSaid(what);
      setTimeout(() => setSaid(''), 2000);
    };
    // Without https, only pages of this machine may write to the clipboard.
    if (navigator.clipboard === undefined) return show('Select it by hand');
    navigator.clipboard.writeText(text).then(
      () => show('Copied'),
      () => show('Select it by hand'),
    );
  };
  return (
    <button type="button" class="small" onClick={copy}>
      <span aria-live="polite">
        {said || label}
        {said === '' && of !== undefined && <span class="unseen"> {of}</span>}
      </span>
    </button>
  );
}
