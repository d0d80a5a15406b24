import type { Context } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { type Audience, findAudience } from '../ngc-keys/audiences.ts';

export interface CallerHeaders {
  readonly owner: string;
  readonly issuer: Audience;
}

/** Reads the owner and the issuing service. @throws Problem if a header is missing or the service is unknown */
export function readCallerHeaders(context: Context): CallerHeaders {
  return { owner: requireHeader(context, 'Key-Owner-Id'), issuer: readIssuer(context) };
}

/** Reads the issuing service. @throws Problem if the header is missing or the service is unknown */
export function readIssuer(context: Context): Audience {
  const issuer = findAudience(requireHeader(context, 'Key-Issuer-Id'));
  if (issuer === undefined) throw new Problem('bad_state', 'Caller service not registered');
  return issuer;
}

function requireHeader(context: Context, name: string): string {
  const [value = ''] = context.headerLines(name.toLowerCase());
  if (value === '') throw new Problem('bad_state', `${name} is not set`);
  return value;
}
