import { setTimeout } from '../platform/time.ts';

/** Milliseconds in which a further signal is the same one: npm passes on the Ctrl+C that the terminal has sent to all. */
const SAME_SIGNAL = 500;

/** The signals that end a command, and the exit codes of one that they cut short. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Handles the signals that end a command, which `main.ts` lets end at once before.
 *
 * @param stop on the first signal
 * @param endAtOnce on any later one
 * @returns does what the first signal does
 */
export function onSignals(stop: (exitCode: number) => void, endAtOnce: () => void): () => void {
  let isStopping = false;
  let mayEndAtOnce = false;
  const stopOnce = (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      mayEndAtOnce = true;
    }, SAME_SIGNAL).unref();
    stop(exitCode);
  };
  for (const [signal, exitCode] of Object.entries(EXIT_CODES))
    process.removeAllListeners(signal).on(signal, () => (mayEndAtOnce ? endAtOnce() : stopOnce(exitCode)));
  return () => stopOnce(0);
}
