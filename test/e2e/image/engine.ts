import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Commands of engines. The first that answers is used. */
export const COMMANDS = ['docker', 'podman'] as const;

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What test files need to know to use the engine of the run. */
export interface EngineOffer {
  readonly command: (typeof COMMANDS)[number];
  readonly prefix: string;
}

/** A container engine, used through its command as users do. Everything created with it has a name that starts with `prefix`. */
export class Engine implements EngineOffer {
  readonly command: EngineOffer['command'];
  readonly prefix: string;
  readonly image: string;
  readonly #signal: AbortSignal;

  /** @param signal ends the command that is running */
  constructor({ command, prefix }: EngineOffer, signal: AbortSignal) {
    this.command = command;
    this.prefix = prefix;
    this.image = this.name('image');
    this.#signal = signal;
  }

  name(part: string): string {
    return `${this.prefix}-${part}`;
  }

  /** Runs the engine's command, whatever its exit code. */
  attempt(args: readonly string[]): Promise<CommandResult> {
    return ended(this.command, args, {
      signal: this.#signal,
      // The compose examples run the image that was built here.
      env: { ...process.env, NV_AUTH_MOCK_IMAGE: this.image },
    });
  }

  /** Runs the engine's command. @returns what it prints @throws Error if its exit code is not 0 */
  async run(args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.attempt(args);
    if (code === 0) return out;
    throw new Error(`\`${this.command} ${args.join(' ')}\` ended with ${code}:\n${err || out}`);
  }

  /** Builds the image as the documentation says. */
  async build(folder: string): Promise<void> {
    // Podman's own format has no health checks.
    const format = this.command === 'podman' ? ['--format', 'docker'] : [];
    await this.run(['build', ...format, '--tag', this.image, folder]);
  }

  /** Does the engine run health checks? Podman leaves them to timers of systemd. */
  async checksHealth(): Promise<boolean> {
    if (this.command !== 'podman') return true;
    return (await this.run(['info', '--format', '{{.Host.CgroupManager}}'])) === 'systemd';
  }

  /** The address of the engine for other programs, or null if it has none. */
  async socket(): Promise<string | null> {
    if (this.command === 'docker') {
      return this.run(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
    }
    const { exists, path } = JSON.parse(await this.run(['info', '--format', '{{json .Host.RemoteSocket}}']));
    return exists === true ? `unix://${String(path).replace(/^unix:\/\//, '')}` : null;
  }

  /** Removes everything that was created here, except the image. */
  async sweep(): Promise<void> {
    const filter = ['--filter', `name=${this.name('')}`];
    await this.#remove(['ps', '--all', '--quiet', ...filter], ['rm', '--force', '--volumes']);
    await this.#remove(['network', 'ls', '--quiet', ...filter], ['network', 'rm']);
    await this.#remove(['volume', 'ls', '--quiet', ...filter], ['volume', 'rm', '--force']);
  }

  /** Removes the image, too. The engine keeps its build cache, as after any build. */
  async removeAll(): Promise<void> {
    await this.sweep();
    await ended(this.command, ['image', 'rm', '--force', this.image]);
  }

  /** Without the signal: an interrupted run is cleaned up, too. */
  async #remove(list: readonly string[], remove: readonly string[]): Promise<void> {
    const { out } = await ended(this.command, list);
    const found = out.split('\n').filter((line) => line !== '');
    if (found.length > 0) await ended(this.command, [...remove, ...found]);
  }
}

/** The first engine that answers, or null. */
export async function findEngine(signal: AbortSignal): Promise<Engine | null> {
  const prefix = `nv-auth-mock-check-${randomBytes(4).toString('hex')}`;
  for (const command of COMMANDS) {
    const engine = new Engine({ command, prefix }, signal);
    const answer = await engine.attempt(['version']).catch(() => null);
    if (answer?.code === 0) return engine;
  }
  return null;
}

async function ended(
  command: string,
  args: readonly string[],
  options?: { readonly signal: AbortSignal; readonly env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await execute(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
    return { code: 0, out: stdout.trim(), err: stderr.trim() };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code?: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw cause;
    return { code, out: stdout.trim(), err: stderr.trim() };
  }
}
