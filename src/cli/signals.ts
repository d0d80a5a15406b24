import { setTimeout } from '../lib/time.ts';

/** How long repeated signals count as one, in milliseconds: a Ctrl+C reaches all processes, and npm forwards it. */
const SAME_SIGNAL_MS = 500;

/** The signals that end a command, and the exit codes of a command that they interrupt (128 plus the signal's number). */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Handles signals: `stop`, then `forceExit`. @returns a function that stops like the first, with exit code 0 */
export function handleSignals(stop: (exitCode: number) => void, forceExit: () => void): () => void {
  let isStopping = false;
  let canForceExit = false;
  const stopOnce = (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      canForceExit = true;
    }, SAME_SIGNAL_MS).unref();
    stop(exitCode);
  };
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    const earlier = process.listeners(signal as keyof typeof EXIT_CODES);
    process.on(signal, () => (canForceExit ? forceExit() : stopOnce(exitCode)));
    // Removed last: without any listener, a signal that has just arrived would be lost.
    for (const listener of earlier) process.removeListener(signal, listener);
  }
  return () => stopOnce(0);
}
