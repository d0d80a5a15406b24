import { useState } from 'preact/hooks';
import { WithIds } from './id.tsx';
import { Sentence } from './sentence.tsx';

/** Characters shown at the beginning and at the end of a long text. */
const BEGINNING = 180;
const END = 60;

/** Cuts the middle out of a long text. */
export function cut(text: string): string {
  return isLong(text) ? `${text.slice(0, BEGINNING)} … ${text.slice(-END)}` : text;
}

function isLong(text: string): boolean {
  return text.length > BEGINNING + END;
}

/**
 * A text of any length. The middle of a long one shows on demand.
 *
 * @param isSentence whether it has names in backticks
 */
export function Long({ text, isSentence = false }: { readonly text: string; readonly isSentence?: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? text : cut(text);
  return (
    <span>
      {isSentence ? <Sentence text={shown} /> : <WithIds text={shown} />}
      {isLong(text) && (
        <>
          {' '}
          <button type="button" class="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
          </button>
        </>
      )}
    </span>
  );
}
