#!/usr/bin/env node
import { describeUnsupportedNode } from './lib/node-version.ts';

const refusal = describeUnsupportedNode(process.versions.node);
if (refusal === null) {
  // The first process of a container ignores signals without a handler. A started server replaces these handlers.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  import('./cli/index.ts').then(({ run }) => run(process.argv));
} else {
  process.stderr.write(`nv-auth-mock: ${refusal}\n`);
  process.exitCode = 2;
}
