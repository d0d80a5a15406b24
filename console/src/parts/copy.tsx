import { useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

const MESSAGE_MS = 2000;

/** A button that copies a string or, if the browser forbids it, shows it. @param props.subject the string, for screen readers */
export function CopyButton(props: { readonly text: string; readonly label?: string; readonly subject?: string }) {
  const { text, label = 'Copy', subject } = props;
  const [result, setResult] = useState<'copied' | 'shown' | null>(null);
  const clear = () => setResult(null);
  const copy = async () => {
    try {
      // Browsers offer the clipboard only on https and localhost.
      await navigator.clipboard.writeText(text);
      setResult('copied');
      setTimeout(clear, MESSAGE_MS);
    } catch {
      setResult('shown');
    }
  };
  return (
    <>
      <button type="button" class="small" onClick={copy}>
        <span aria-live="polite">
          {result === 'copied' ? 'Copied' : label}
          {result !== 'copied' && subject !== undefined && <span class="unseen"> {subject}</span>}
        </span>
      </button>
      {result === 'shown' && (
        <Dialog label="Copy it by hand" onClose={clear}>
          <label>
            The browser does not let this page copy. Copy it by hand:
            <textarea readOnly rows={8} value={text} onFocus={({ currentTarget }) => currentTarget.select()} />
          </label>
        </Dialog>
      )}
    </>
  );
}

export function Code({ text }: { readonly text: string }) {
  return (
    <div>
      <pre class="long">{text}</pre>
      <CopyButton text={text} label="Copy the code" />
    </div>
  );
}

/** A secret, hidden until the user shows it. @param name for screen readers */
export function Secret({ text, name }: { readonly text: string; readonly name: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <span class="secret">
      <code class="long">{isShown ? text : '••••••••'}</code>
      <button type="button" class="small" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'}
        <span class="unseen"> {name}</span>
      </button>
      <CopyButton text={text} />
    </span>
  );
}
