import type { ButtonHTMLAttributes } from 'preact';
import { useState } from 'preact/hooks';
import { isOffline } from '../connection.ts';
import { giveFocus, isFocusLost } from './focus.ts';
import { describeError } from './loaded.tsx';
import { Sentence } from './sentence.tsx';

/** Runs the actions of the user one at a time, and has the result of the latest. */
export interface Act {
  readonly isBusy: boolean;
  readonly feedback: { readonly text: string; readonly isFault: boolean } | null;
  /** @param action returns a sentence to show, or anything else to show nothing */
  readonly run: (action: () => Promise<unknown>) => Promise<void>;
  readonly clear: () => void;
}

/** Returns a runner for the actions of a component. Busy also while nothing can be changed. */
export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [feedback, setFeedback] = useState<Act['feedback']>(null);
  const run: Act['run'] = async (action) => {
    const focused = document.activeElement;
    setBusy(true);
    try {
      const text = await action();
      setFeedback(typeof text === 'string' ? { text, isFault: false } : null);
    } catch (error) {
      setFeedback({ text: describeError(error), isFault: true });
    } finally {
      setBusy(false);
      // A button loses the focus while it is disabled.
      setTimeout(() => isFocusLost() && focused?.isConnected && giveFocus(focused));
    }
  };
  return { isBusy: isBusy || isOffline.value, feedback, run, clear: () => setFeedback(null) };
}

export function ActButton(
  props: ButtonHTMLAttributes & { readonly act: Act; readonly action: () => Promise<unknown> },
) {
  const { act, action, ...attributes } = props;
  return <button type="button" disabled={act.isBusy} onClick={() => act.run(action)} {...attributes} />;
}

/** The result of an action. Always rendered, because screen readers only announce changes of an existing element. */
export function Feedback({ act }: { readonly act: Act }) {
  const { feedback } = act;
  return (
    <p role="status" class={feedback?.isFault ? 'fault' : 'quiet'}>
      {feedback !== null && <Sentence text={feedback.text} />}
    </p>
  );
}
