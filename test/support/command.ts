import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DRIVER_FLAGS } from './driver.ts';
import { it as inFolder } from './in-folder.ts';
import { readableMain } from './readable-copy.ts';

/** The built command. */
export const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));

/** Where and how a command runs. */
export interface Surroundings {
  /** Added to PATH and HOME, the only inherited variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The id of the user that runs it. */
  readonly uid?: number | undefined;
  /** Whether standard input is a pipe. Default: empty. */
  readonly input?: boolean;
}

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface Running {
  readonly pid: number | undefined;
  /** Waits for a match in stdout. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for a match in stderr. */
  waitForMessage(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  closeInput(): void;
  readonly ended: Promise<CommandResult>;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly headers: Headers;
}

/** A server that reported that it is ready. */
export interface Server extends Running {
  readonly url: string;
  readonly port: number;
  /** Sends `GET /path`. */
  call(request: string, parts?: { readonly token?: string; readonly body?: unknown }): Promise<Answer>;
  /** Sends a token request. */
  grant(credentials: Credentials): Promise<Answer>;
  tokenOf(credentials: Credentials): Promise<string>;
  stop(): Promise<CommandResult>;
  /** Kills it without time to clean up. */
  crash(): Promise<CommandResult>;
}

/** The built command, as users run it. */
export interface Command {
  launch(args: readonly string[], surroundings?: Surroundings): Running;
  /** Runs it to its end. A server that unexpectedly starts is stopped immediately. */
  run(args: readonly string[], surroundings?: Surroundings): Promise<CommandResult>;
  /** Starts a server on a free port, with its events as JSON. */
  start(args?: readonly string[], surroundings?: Surroundings): Promise<Server>;
}

/** Tests with the command and an empty working folder. Commands that still run afterwards are killed. */
export const it = inFolder.extend<{ command: Command }>({
  command: async ({ folder }, use) => {
    const launched: Running[] = [];
    const launch: Command['launch'] = (args, surroundings = {}) => {
      const running = launchIn(folder, args, surroundings);
      launched.push(running);
      return running;
    };
    await use({
      launch,
      run: (args, surroundings) => {
        const running = launch(args, surroundings);
        running.waitForOutput(/nv-auth-mock ready on|"event":"ready"/).then(
          () => running.kill('SIGTERM'),
          () => {},
        );
        return running.ended;
      },
      start: (args = [], surroundings) =>
        waitUntilReady(launch(['start', '--port', '0', '--json', ...args], surroundings)),
    });
    for (const { kill, ended } of launched) {
      kill('SIGKILL');
      await ended;
    }
  },
});

function launchIn(cwd: string, args: readonly string[], surroundings: Surroundings): Running {
  const main = surroundings.uid === undefined ? MAIN : readableMain();
  return launchProgram(process.execPath, [...DRIVER_FLAGS, main, ...args], cwd, surroundings);
}

/** Starts another program like the command. */
export function launchProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  { env, uid, input = false }: Surroundings = {},
): Running {
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: 'pipe',
    ...(uid !== undefined && { uid, gid: uid }),
  });
  if (!input) child.stdin.end();
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const waitFor = (stream: Readable, read: () => string, pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(read());
        if (match !== null) resolve(match);
      };
      stream.on('data', look);
      child.once('close', () => reject(new Error(`it ended without saying ${pattern}, but: ${stdout}${stderr}`)));
      look();
    });
  return {
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
    closeInput: () => child.stdin.end(),
    waitForOutput: (pattern) => waitFor(child.stdout, () => stdout, pattern),
    waitForMessage: (pattern) => waitFor(child.stderr, () => stderr, pattern),
  };
}

/** Starts a server on a free port, with its events as JSON. */
export async function waitUntilReady(running: Running): Promise<Server> {
  const [line] = await running.waitForOutput(/^.*\n/);
  const { url, port } = JSON.parse(line) as { url: string; port: number };
  const call: Server['call'] = async (request, { token, body } = {}) => {
    const [method, path] = request.split(' ') as [string, string];
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: response.headers,
    };
  };
  const grant: Server['grant'] = ({ clientId, clientSecret }) =>
    call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
  const endBy = (signal: NodeJS.Signals) => {
    running.kill(signal);
    return running.ended;
  };
  return {
    ...running,
    url,
    port,
    call,
    grant,
    tokenOf: async (credentials) => (await grant(credentials)).body.accessToken,
    stop: () => endBy('SIGTERM'),
    crash: () => endBy('SIGKILL'),
  };
}
