import { useState } from 'preact/hooks';
import { isOffline } from '../connection.ts';
import { giveFocus, isFocusLost } from './focus.ts';
import { textOf } from './loaded.tsx';
import { Sentence } from './sentence.tsx';

/** Something that a person lets the page do, with what came of it. */
export interface Act {
  readonly isBusy: boolean;
  readonly feedback: { readonly text: string; readonly isFault: boolean } | null;
  /** @param action returns a sentence for the person, or anything else if there is nothing to say */
  readonly run: (action: () => Promise<unknown>) => Promise<void>;
  /** Says no more what came of it. */
  readonly forget: () => void;
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [feedback, setFeedback] = useState<Act['feedback']>(null);
  const run: Act['run'] = async (action) => {
    const used = document.activeElement;
    setBusy(true);
    try {
      const text = await action();
      setFeedback(typeof text === 'string' ? { text, isFault: false } : null);
    } catch (fault) {
      setFeedback({ text: textOf(fault), isFault: true });
    } finally {
      setBusy(false);
      // A button that was disabled meanwhile has lost the focus.
      setTimeout(() => isFocusLost() && used?.isConnected && giveFocus(used));
    }
  };
  return { isBusy: isBusy || isOffline.value, feedback, run, forget: () => setFeedback(null) };
}

/** What came of it. It is there before there is anything to say, so that screen readers say it. */
export function Feedback({ act }: { readonly act: Act }) {
  const { feedback } = act;
  return (
    <p role="status" class={feedback?.isFault ? 'fault' : 'quiet'}>
      {feedback !== null && <Sentence text={feedback.text} />}
    </p>
  );
}
