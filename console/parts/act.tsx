import { useState } from 'preact/hooks';
import { giveFocus, isFocusLost } from './focus.ts';
import { textOf } from './loaded.tsx';
import { Sentence } from './sentence.tsx';

/** Something that a person lets the page do, with what came of it. */
export interface Act {
  readonly isBusy: boolean;
  readonly told: { readonly text: string; readonly isFault: boolean } | null;
  /** @param action returns a sentence for the person, or anything else if there is nothing to say */
  readonly run: (action: () => Promise<unknown>) => Promise<void>;
  /** Says no more what came of it. */
  readonly forget: () => void;
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState<Act['told']>(null);
  const run: Act['run'] = async (action) => {
    const used = document.activeElement;
    setBusy(true);
    try {
      const text = await action();
      setTold(typeof text === 'string' ? { text, isFault: false } : null);
    } catch (fault) {
      setTold({ text: textOf(fault), isFault: true });
    } finally {
      setBusy(false);
      // A button that was disabled meanwhile has lost the focus.
      setTimeout(() => isFocusLost() && used?.isConnected && giveFocus(used));
    }
  };
  return { isBusy, told, run, forget: () => setTold(null) };
}

/** What came of it. It is there before there is anything to say, so that screen readers say it. */
export function Told({ act }: { readonly act: Act }) {
  const { told } = act;
  return (
    <p role="status" class={told?.isFault ? 'fault' : 'quiet'}>
      {told !== null && <Sentence text={told.text} />}
    </p>
  );
}
