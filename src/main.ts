#!/usr/bin/env node
import { nodeRefusal } from './machine/node-version.ts';

const refusal = nodeRefusal(process.versions.node);
if (refusal === null) {
  import('./cli/index.ts').then(({ run }) => run(process.argv));
} else {
  process.stderr.write(`nv-auth-mock: ${refusal}\n`);
  process.exitCode = 2;
}
