import { escapeControls, type Log, type LogDetails, type RequestLine } from '../lib/log.ts';
import { redact } from '../lib/redact.ts';
import { formatWorldForLog } from '../lib/world-id.ts';

/** A terminal, whose width and number of written bytes change over time. */
export interface Terminal {
  write(text: string): void;
  /** The width of the window; 0 if unknown. */
  readonly columns: number;
  readonly hasColors: boolean;
  readonly canMoveCursor: boolean;
  readonly writtenBytes: number;
}

/** SGR codes (ECMA-48, 8.3.117). */
const COLORS = { bold: 1, red: 31, green: 32, yellow: 33 } as const;

type Color = keyof typeof COLORS;

interface Cell {
  readonly text: string;
  readonly color?: Color;
}

/** The width if the terminal doesn't report one. */
const DEFAULT_COLUMNS = 80;
/** In narrower windows, rows may wrap. */
const MIN_COLUMNS = 40;
const METHOD_COLUMNS = 'OPTIONS'.length;
/** Shorter paths are padded so that most statuses line up. */
const PATH_COLUMNS = 32;
/** Longer paths keep at least this much, unless the window is too narrow. */
const MIN_PATH_COLUMNS = 16;

interface PrintedRequest {
  readonly key: string;
  readonly count: number;
  /** The number of rows, including the advice and the address. */
  readonly height: number;
  /** The width of the window when it was printed. */
  readonly columns: number;
  /** `Terminal.writtenBytes` after printing the request. */
  readonly writtenBytes: number;
}

/** Creates a log for a terminal: one row per request; equal ones share it. @param lines for everything else */
export function createTerminalLog(lines: Log, terminal: Terminal): Log {
  let last: PrintedRequest | null = null;
  /** Prints a request, in place of an equal one that was printed just before. */
  const print = (line: RequestLine) => {
    const { advice, see, ...request } = sanitize(line);
    const { columns } = terminal;
    const key = JSON.stringify(request);
    // After other output or a resize, the rows to replace are no longer above the cursor.
    const isRepeated = last?.key === key && last.writtenBytes === terminal.writtenBytes && last.columns === columns;
    const replaced = isRepeated && terminal.canMoveCursor && columns >= MIN_COLUMNS ? last : null;
    const count = (replaced?.count ?? 0) + 1;
    // Leave the last column empty, because some terminals wrap as soon as it is written.
    const width = Math.max(MIN_COLUMNS, columns || DEFAULT_COLUMNS) - 1;
    const indent = ' '.repeat(METHOD_COLUMNS + 1);
    const rows = [
      formatRow(request, count, width, terminal.hasColors),
      ...(advice === null ? [] : wrap(advice, width - indent.length).map((row) => `${indent}${row}`)),
      ...(see === null ? [] : [`${indent}${see}`]),
    ];
    // The terminal wraps a long address: in two rows of ours it would not be a link.
    const wrapped = see === null ? 0 : Math.ceil((indent.length + see.length) / columns) - 1;
    const erase = replaced === null ? '' : `\r\x1b[${replaced.height}A\x1b[J`;
    terminal.write(`${erase}${rows.join('\n')}\n`);
    last = { key, count, height: rows.length + wrapped, columns, writtenBytes: terminal.writtenBytes };
  };
  const printRequests =
    (write: Log['info']): Log['info'] =>
    (message, details: LogDetails = {}) => {
      if (details.request === undefined) return write(message, details);
      const line = details.request();
      if (line !== null) print(line);
    };
  // The rows come from messages of both levels, so even `debug` must be called.
  return { ...lines, info: printRequests(lines.info), debug: printRequests(lines.debug), isDebugging: true };
}

/** Removes credentials and control characters. */
function sanitize(line: RequestLine): RequestLine {
  const clean = (text: string) => escapeControls(redact(text));
  const { path, caller, advice } = line;
  return {
    ...line,
    path: clean(path),
    caller: caller === null ? null : clean(caller),
    advice: advice === null ? null : clean(advice),
  };
}

function formatRow(
  request: Omit<RequestLine, 'advice' | 'see'>,
  count: number,
  width: number,
  hasColors: boolean,
): string {
  const { world, method, path, status, caller, reason, fault } = request;
  const head = method.padEnd(METHOD_COLUMNS);
  const details: readonly Cell[] = [
    { text: status === null ? '-  ' : String(status), color: colorOf(status) },
    { text: caller ?? '-' },
    { text: reason ?? '', color: 'yellow' },
    { text: fault === null ? '' : `[fault ${fault}]`, color: 'yellow' },
    { text: formatWorldForLog(world).trim() },
  ];
  const tail = details.filter(({ text }) => text !== '');
  const times = count === 1 ? '' : ` ×${count}`;
  const tailColumns = tail.reduce((sum, { text }) => sum + 1 + widthOf(text), 0);
  const pathColumns = width - widthOf(head) - 1 - tailColumns - widthOf(times);
  const shownPath = fitColumns(path, Math.max(MIN_PATH_COLUMNS, pathColumns));
  const padding = ' '.repeat(Math.max(0, Math.min(PATH_COLUMNS, pathColumns) - widthOf(shownPath)));
  const cells = [{ text: head }, { text: shownPath + padding }, ...tail];
  const row = joinCells(cells, width - widthOf(times), hasColors);
  return row + paint({ text: times, color: 'bold' }, hasColors);
}

function joinCells(cells: readonly Cell[], width: number, hasColors: boolean): string {
  let remaining = width;
  const painted = cells.flatMap((cell) => {
    const text = truncate(cell.text, remaining);
    remaining -= widthOf(text) + 1;
    return text === '' ? [] : paint({ ...cell, text }, hasColors);
  });
  return painted.join(' ');
}

function paint({ text, color }: Cell, hasColors: boolean): string {
  return hasColors && color !== undefined && text !== '' ? `\x1b[${COLORS[color]}m${text}\x1b[0m` : text;
}

function colorOf(status: number | null): Color {
  if (status === null || status >= 500) return 'red';
  return status >= 400 ? 'yellow' : 'green';
}

/** Returns the maximum columns of a text without control characters. Characters outside ASCII count as wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character <= '~' ? 1 : 2;
  return width;
}

/** Truncates a text to the columns, without splitting a character. */
function truncate(text: string, columns: number): string {
  let end = 0;
  let remaining = columns;
  for (const character of text) {
    remaining -= widthOf(character);
    if (remaining < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Truncates a longer text, and marks it with `…`. */
function fitColumns(text: string, columns: number): string {
  return truncate(text, columns) === text ? text : `${truncate(text, columns - widthOf('…'))}…`;
}

function wrap(text: string, columns: number): readonly string[] {
  const row = truncate(text, columns);
  if (row === text) return [text];
  const space = row.lastIndexOf(' ');
  const end = space > 0 ? space : row.length;
  return [text.slice(0, end), ...wrap(text.slice(end).trimStart(), columns)];
}
