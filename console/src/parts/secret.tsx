import { useState } from 'preact/hooks';
import { CopyButton } from './copy.tsx';

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
