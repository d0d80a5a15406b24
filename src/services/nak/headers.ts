import type { Context } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import type { Audience } from '../../ngc-keys/audiences.ts';
import { serviceOf } from './limits.ts';

/** The caller, according to the headers. */
export interface Named {
  readonly owner: string;
  readonly issuer: Audience;
}

/** @throws Problem if a header is missing or the service is unknown */
export function callerNamed(context: Pick<Context, 'headerLines'>): Named {
  const owner = headerOf(context, 'Key-Owner-Id');
  return { owner, issuer: issuerNamed(context) };
}

/** @throws Problem */
export function issuerNamed(context: Pick<Context, 'headerLines'>): Audience {
  const issuer = serviceOf(headerOf(context, 'Key-Issuer-Id'));
  if (issuer === undefined) throw new Problem('bad_state', 'Caller service not registered');
  return issuer;
}

function headerOf(context: Pick<Context, 'headerLines'>, name: string): string {
  const [value = ''] = context.headerLines(name.toLowerCase());
  if (value === '') throw new Problem('bad_state', `${name} is not set`);
  return value;
}
