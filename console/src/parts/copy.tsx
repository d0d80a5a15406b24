import { useState } from 'preact/hooks';

/** A button that copies a text. @param props.of names the text for screen readers, if the label does not */
export function CopyButton(props: { readonly text: string; readonly label?: string; readonly of?: string }) {
  const { text, label = 'Copy', of } = props;
  const [message, setMessage] = useState('');
  const copy = () => {
    const show = (what: string) => {
      setMessage(what);
      setTimeout(() => setMessage(''), 2000);
    };
    // Browsers offer the clipboard only on https and localhost.
    if (navigator.clipboard === undefined) return show('Copy it by hand');
    navigator.clipboard.writeText(text).then(
      () => show('Copied'),
      () => show('Copy it by hand'),
    );
  };
  return (
    <button type="button" class="small" onClick={copy}>
      <span aria-live="polite">
        {message || label}
        {message === '' && of !== undefined && <span class="unseen"> {of}</span>}
      </span>
    </button>
  );
}
