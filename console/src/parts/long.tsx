import { useState } from 'preact/hooks';
import { WithIds } from './id.tsx';

/** Characters shown at the beginning and at the end of a long text. */
const HEAD_LENGTH = 180;
const TAIL_LENGTH = 60;

/** A text of any length. The middle of a long one shows on demand. */
export function LongText({ text }: { readonly text: string }) {
  const [isExpanded, setExpanded] = useState(false);
  const isLong = text.length > HEAD_LENGTH + TAIL_LENGTH;
  const visibleText = isLong && !isExpanded ? `${text.slice(0, HEAD_LENGTH)} … ${text.slice(-TAIL_LENGTH)}` : text;
  return (
    <span>
      <WithIds text={visibleText} />
      {isLong && (
        <>
          {' '}
          <button type="button" class="small" aria-expanded={isExpanded} onClick={() => setExpanded(!isExpanded)}>
            {isExpanded ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
          </button>
        </>
      )}
    </span>
  );
}
