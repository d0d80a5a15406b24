import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/problem.ts';
import { showPath } from '../core/redact.ts';
import { pathOf } from './transport/arrival.ts';

/** No operation has this path. */
export function unknownPath({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `There is no operation at \`${showPath(pathOf(url))}\`.`);
}
