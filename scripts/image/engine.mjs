// @ts-check
/** A container engine, asked by its command as users ask it, and everything that was made with it under names of its own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Bad, Skipped } from './expect.mjs';

const execute = promisify(execFile);

/** The first one that answers is used. */
export const COMMANDS = ['docker', 'podman'];

/** Milliseconds after which a command hangs, unless it is known to take long. */
const LONG = 120_000;

/** Longest output of a command that is kept. */
const MOST = 64 * 1024 * 1024;

/** @typedef {{ code: number, out: string, err: string }} Ended its exit code, and what it printed */

/** @param {AbortSignal} signal ends what runs @returns {Promise<Engine | null>} null if none answers */
export async function findEngine(signal) {
  for (const command of COMMANDS) {
    const engine = new Engine(command, signal);
    const answered = await engine.attempt(['version']).catch(() => null);
    if (answered?.code === 0) return engine;
  }
  return null;
}

export class Engine {
  /** What the names of everything begin with that is made here. */
  prefix = `nv-auth-mock-check-${randomBytes(4).toString('hex')}`;
  image = this.name('image');

  /** @param {string} command @param {AbortSignal} signal */
  constructor(command, signal) {
    this.command = command;
    this.signal = signal;
  }

  /** @param {string} part */
  name(part) {
    return `${this.prefix}-${part}`;
  }

  /**
   * Runs the engine's command, however it ends.
   *
   * @param {readonly string[]} args
   * @param {number} [timeout] in milliseconds
   * @returns {Promise<Ended>}
   */
  async attempt(args, timeout = LONG) {
    // The examples of compose run the image that was built here.
    const env = { ...process.env, NV_AUTH_MOCK_IMAGE: this.image };
    return ended(this.command, args, { timeout, signal: this.signal, env });
  }

  /**
   * What the engine's command prints.
   *
   * @param {readonly string[]} args
   * @param {number} [timeout] in milliseconds
   * @throws Bad if it ends with anything but 0
   */
  async run(args, timeout = LONG) {
    const { code, out, err } = await this.attempt(args, timeout);
    if (code === 0) return out;
    throw new Bad(`${this.command} ${args.join(' ')}: got exit code ${code} (${lastLine(err || out)}), expected 0`);
  }

  /** Its name and version, and that of its Compose. */
  async versions() {
    const ofEngine = this.command === 'docker' ? '{{.Server.Version}}' : '{{.Client.Version}}';
    const compose = await this.attempt(['compose', 'version', '--short']);
    const found = [`${this.command} ${await this.run(['version', '--format', ofEngine])}`];
    if (compose.code === 0) found.push(`compose ${compose.out}`);
    return found.join(', ');
  }

  /** As the documents say. @param {string} folder @returns {Promise<number>} the size of the image in bytes */
  async build(folder) {
    // Podman's own format has no health checks.
    const format = this.command === 'podman' ? ['--format', 'docker'] : [];
    const { code, err } = await this.attempt(['build', ...format, '--tag', this.image, folder], 30 * 60_000);
    if (code !== 0) throw new Bad(`its build: got exit code ${code}, expected 0\n${err}`);
    return Number(await this.run(['image', 'inspect', '--format', '{{.Size}}', this.image]));
  }

  /** @throws Skipped if it never looks at the health of a container: Podman does so by timers of systemd */
  async mustLookAtHealth() {
    if (this.command !== 'podman') return;
    const manager = await this.run(['info', '--format', '{{.Host.CgroupManager}}']);
    if (manager !== 'systemd') throw new Skipped('podman looks at the health of containers only with systemd');
  }

  /** Where programs reach it. */
  async socket() {
    if (this.command === 'docker') {
      return this.run(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
    }
    const { exists, path } = JSON.parse(await this.run(['info', '--format', '{{json .Host.RemoteSocket}}']));
    if (exists !== true) throw new Skipped('podman has no socket here: start `podman system service`');
    return `unix://${String(path).replace(/^unix:\/\//, '')}`;
  }

  /** Removes what was made here, but not the image. It is not ended by the signal. */
  async sweep() {
    const filter = ['--filter', `name=${this.name('')}`];
    await this.#remove(['ps', '--all', '--quiet', ...filter], ['rm', '--force', '--volumes']);
    await this.#remove(['network', 'ls', '--quiet', ...filter], ['network', 'rm']);
    await this.#remove(['volume', 'ls', '--quiet', ...filter], ['volume', 'rm', '--force']);
  }

  /** Removes the images that were built here, too. What the engine remembers of their build stays, as after any build. */
  async removeAll() {
    await this.sweep();
    await this.#remove(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], ['image', 'rm', '--force']);
  }

  /** @param {readonly string[]} list @param {readonly string[]} remove */
  async #remove(list, remove) {
    const { out } = await ended(this.command, list, { timeout: LONG });
    const lines = out.split('\n').filter((line) => line !== '');
    const found = list[0] === 'image' ? lines.filter((line) => line.includes(this.name(''))) : lines;
    if (found.length > 0) await ended(this.command, [...remove, ...found], { timeout: LONG });
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ timeout: number, signal?: AbortSignal, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<Ended>}
 * @throws Error if it could not be started, hung, or was stopped
 */
async function ended(command, args, options) {
  try {
    const { stdout, stderr } = await execute(command, args, { maxBuffer: MOST, ...options });
    return { code: 0, out: stdout.trim(), err: stderr.trim() };
  } catch (cause) {
    const { code, killed, stdout, stderr } = /** @type {import('node:child_process').ExecFileException} */ (cause);
    if (typeof code === 'number') return { code, out: String(stdout).trim(), err: String(stderr).trim() };
    if (killed === true) {
      const said = lastLine(`${stdout}\n${stderr}`);
      throw new Bad(`${command} ${args.join(' ')}: got no end in ${options.timeout} ms (${said}), expected one`);
    }
    throw cause;
  }
}

/** Commands say last what was wrong. @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
