import { type Clock, readStopwatch, rfc3339 } from './clock.ts';
import { redact } from './redact.ts';

/** The levels, from the fewest lines to the most. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogDetails {
  /** The id of a decision, for JSON. */
  readonly decision?: string | undefined;
  /** The request to a vendor's API, which a terminal shows instead of the message; null if a later line shows it. */
  readonly request?: (() => RequestLine | null) | undefined;
}

export interface RequestLine {
  readonly world: string;
  readonly method: string;
  readonly path: string;
  /** Null if a fault breaks the connection before the client can read the status. */
  readonly status: number | null;
  /** The name of the principal; null if there is none. */
  readonly caller: string | null;
  /** The reason code; null if nothing was refused. */
  readonly reason: string | null;
  /** The id of the injected fault; null if there is none. */
  readonly fault: string | null;
  /** How to fix the refusal or, if no fix is known, the explanation; null if nothing was refused. */
  readonly advice: string | null;
  /** Where the console shows a refusal; null if nothing was refused, or if the server does not listen. */
  readonly see: string | null;
}

/** The server's log. Callers must not pass tokens or secrets. */
export interface Log {
  readonly error: (message: string, cause?: unknown) => void;
  readonly warn: (message: string) => void;
  /** Refusals, with their reasons. */
  readonly info: (message: string, details?: LogDetails) => void;
  /** Every response. */
  readonly debug: (message: string, details?: LogDetails) => void;
  /** False if `debug` does nothing, so that its message need not be built. */
  readonly isDebugging: boolean;
}

/** Matches control characters that would move a terminal's cursor, fake a new line or reverse the text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters
const CONTROL_CHARACTERS = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Replaces control characters, including line and direction controls, with escapes such as `\x1b` and `\u202e`. */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROL_CHARACTERS, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Creates a log of lines: text for people, or with `json` one object each. */
export function createLineLog(level: LogLevel, json: boolean, clock: Clock, write: (line: string) => void): Log {
  const maxIndex = LOG_LEVELS.indexOf(level);
  const writeAt =
    (lineLevel: Exclude<LogLevel, 'silent'>) =>
    (text: string, cause?: unknown, { decision }: LogDetails = {}) => {
      if (LOG_LEVELS.indexOf(lineLevel) > maxIndex) return;
      const message = redact(text);
      const time = rfc3339(clock.now());
      const stack = cause instanceof Error && cause.stack !== undefined ? redact(cause.stack) : undefined;
      if (json) {
        const line = { time, level: lineLevel, message, decision, ...(stack !== undefined && { stack }) };
        write(`${JSON.stringify(line)}\n`);
      } else {
        const suffix = stack === undefined ? '' : `\n${stack}`;
        write(`${time} ${lineLevel.padEnd(5)} ${escapeControls(message)}${suffix}\n`);
      }
    };
  return {
    error: writeAt('error'),
    warn: writeAt('warn'),
    info: (text, details) => writeAt('info')(text, undefined, details),
    debug: (text, details) => writeAt('debug')(text, undefined, details),
    isDebugging: maxIndex >= LOG_LEVELS.indexOf('debug'),
  };
}

/** How long an equal warning is left out, in milliseconds. */
const WARNING_PAUSE_MS = 60_000;
const MAX_REMEMBERED = 1000;

/** Returns the log with equal warnings at most once a minute. */
export function limitWarnings(log: Log): Log {
  /** When each warning was written, oldest first. */
  const written = new Map<string, number>();
  const warn = (message: string) => {
    const now = readStopwatch();
    const before = written.get(message);
    if (before !== undefined && now - before < WARNING_PAUSE_MS) return;
    written.delete(message);
    written.set(message, now);
    const [oldest] = written.keys();
    if (written.size > MAX_REMEMBERED && oldest !== undefined) written.delete(oldest);
    log.warn(message);
  };
  return { ...log, warn };
}

export const SILENT_LOG: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  isDebugging: false,
};
