import { launchProgram, MAIN, type Running, type Surroundings } from './command.ts';
import { DRIVER_FLAGS } from './driver.ts';
import { canImport } from './python.ts';

/**
 * Whether tests can run the command in a terminal. Node has no pseudo-terminals, so this needs Python on Linux or
 * macOS.
 */
export const hasTerminal = canImport('python3', 'pty');

/** Runs a program in a terminal of 80 columns, and copies the output. */
const PROGRAM = `
import fcntl, os, pty, signal, struct, sys, termios

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
try:
    while text := os.read(terminal, 65536):
        os.write(1, text)
except OSError:
    pass  # the program has ended
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Starts the built command in a terminal with 80 columns. `stdout` has all its output. */
export function launchInTerminal(cwd: string, args: readonly string[], env: Surroundings['env'] = {}): Running {
  const command = [process.execPath, ...DRIVER_FLAGS, MAIN, ...args];
  return launchProgram('python3', ['-c', PROGRAM, ...command], cwd, { env: { TERM: 'xterm-256color', ...env } });
}

/** Returns the rows that a terminal shows after writing a text. */
export function rowsShown(text: string): readonly string[] {
  const rows: string[] = [''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes that move the cursor up and erase what is below it
  for (const part of text.split(/(\r?\n|\r\x1b\[\d+A\x1b\[J)/)) {
    const up = /\[(\d+)A/.exec(part)?.[1];
    if (up !== undefined) rows.splice(rows.length - 1 - Number(up), Number(up) + 1, '');
    else if (part.endsWith('\n')) rows.push('');
    else rows[rows.length - 1] += part;
  }
  return rows;
}
