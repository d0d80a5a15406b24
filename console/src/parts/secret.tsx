import { useState } from 'preact/hooks';
import { Copy } from './copy.tsx';

/** A secret, covered until it is asked for. @param name what it is, for screen readers */
export function Secret({ text, name }: { readonly text: string; readonly name: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <span class="secret">
      <code class="long">{isShown ? text : '••••••••'}</code>
      <button type="button" class="small" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'}
        <span class="unseen"> {name}</span>
      </button>
      <Copy text={text} />
    </span>
  );
}
