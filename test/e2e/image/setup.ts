import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { installTestcontainers } from '../../../scripts/tools.mjs';
import { COMMANDS, type Engine, type EngineOffer, findEngine } from './engine.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    engine: EngineOffer | null;
  }
}

/**
 * Builds the image once for all test files. Without an engine the tests are skipped, unless IMAGE_CHECK=required.
 *
 * @returns what removes everything that was created
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const interrupted = new AbortController();
  const engine = await findEngine(interrupted.signal);
  project.provide('engine', engine && { command: engine.command, prefix: engine.prefix });
  if (engine === null) {
    const text = `no container engine answers (${COMMANDS.join(', ')})`;
    if (process.env['IMAGE_CHECK'] === 'required') throw new Error(text);
    process.stdout.write(`SKIP: ${text}\n`);
    return;
  }
  await installTestcontainers();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // By default vitest exits at once, and everything stays.
    process.removeAllListeners(signal).once(signal, () => {
      interrupted.abort();
      // The run itself reports what fails.
      project.vitest.cancelCurrentRun('keyboard-input').catch(() => {});
    });
  }
  try {
    process.stdout.write(`${await builtWith(engine)}\n`);
  } catch (cause) {
    await engine.removeAll();
    throw cause;
  }
  return () => engine.removeAll();
}

/** Builds the image. @returns the versions of the engine and of its Compose, and how large the image is */
async function builtWith(engine: Engine): Promise<string> {
  const version = engine.command === 'docker' ? '{{.Server.Version}}' : '{{.Client.Version}}';
  const compose = await engine.attempt(['compose', 'version', '--short']);
  const versions = [
    `${engine.command} ${await engine.run(['version', '--format', version])}`,
    ...(compose.code === 0 ? [`compose ${compose.out}`] : []),
  ];
  const start = performance.now();
  await engine.build(ROOT);
  const seconds = Math.round((performance.now() - start) / 1000);
  const bytes = Number(await engine.run(['image', 'inspect', '--format', '{{.Size}}', engine.image]));
  return `${versions.join(', ')}: ${Math.round(bytes / 1e6)} MB, built in ${seconds} seconds`;
}
