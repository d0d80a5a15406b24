import { useState } from 'preact/hooks';

/** How long the button shows the result instead of its label. */
const MESSAGE_MS = 2000;

/** A button that copies a string. @param props.subject names the string for screen readers, if the label does not */
export function CopyButton(props: { readonly text: string; readonly label?: string; readonly subject?: string }) {
  const { text, label = 'Copy', subject } = props;
  const [message, setMessage] = useState('');
  const copy = () => {
    const show = (result: string) => {
      setMessage(result);
      setTimeout(() => setMessage(''), MESSAGE_MS);
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
        {message === '' && subject !== undefined && <span class="unseen"> {subject}</span>}
      </span>
    </button>
  );
}
