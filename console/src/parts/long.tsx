import { useState } from 'preact/hooks';
import { WithIds } from './id.tsx';
import { Sentence } from './sentence.tsx';

/** Characters shown at the beginning and at the end of a long text. */
const HEAD_LENGTH = 180;
const TAIL_LENGTH = 60;

export function shorten(text: string): string {
  return isLong(text) ? `${text.slice(0, HEAD_LENGTH)} … ${text.slice(-TAIL_LENGTH)}` : text;
}

function isLong(text: string): boolean {
  return text.length > HEAD_LENGTH + TAIL_LENGTH;
}

/**
 * A text of any length. The middle of a long one shows on demand.
 *
 * @param isSentence whether it has names in backticks
 */
export function LongText({ text, isSentence = false }: { readonly text: string; readonly isSentence?: boolean }) {
  const [isExpanded, setExpanded] = useState(false);
  const visibleText = isExpanded ? text : shorten(text);
  return (
    <span>
      {isSentence ? <Sentence text={visibleText} /> : <WithIds text={visibleText} />}
      {isLong(text) && (
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
