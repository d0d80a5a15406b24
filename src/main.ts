#!/usr/bin/env node
import module from 'node:module';
import { keepCompiledCode } from './platform/compiled-code.ts';
import { nodeRefusal } from './platform/node-version.ts';

/** Members of `node:module` that only newer versions of Node have: 22.8, and 22.10. */
interface NewerModule {
  readonly enableCompileCache?: () => void;
  readonly flushCompileCache?: () => void;
}

const refusal = nodeRefusal(process.versions.node);
if (refusal === null) {
  // Compiling the bundle is a third of a start. A folder that cannot be written to is no error.
  const { enableCompileCache, flushCompileCache = () => {} } = module as NewerModule;
  const [, main = ''] = process.argv;
  enableCompileCache?.();
  const keepCode = enableCompileCache === undefined ? keepCompiledCode(main) : flushCompileCache;
  process.once('exit', () => keepCode());
  // The first process of a container is ended only by signals that it listens to. A server that is ready does so itself.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  import('./cli/index.ts').then(({ run }) => run(process.argv, keepCode));
} else {
  process.stderr.write(`nv-auth-mock: ${refusal}\n`);
  process.exitCode = 2;
}
