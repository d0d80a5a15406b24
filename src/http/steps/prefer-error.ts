import { Problem } from '../../decisions/problem.ts';
import { isErrorStatus } from '../../faults/outcome.ts';
import type { InjectedFault, RequestInWorld } from '../request.ts';
import { announceFault, factsOf, findExpectedPrincipal, vendorError } from './inject-fault.ts';

/** One preference in a list; a comma in quotes does not end it. */
const PREFERENCE = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
/** The start of a preference for a code, valid or not. */
const CODE_START = /^\s*code\s*(?:[=;]|$)/i;
/** A valid preference for a code, with the digits in quotes or without. */
const CODE = /^\s*code\s*=\s*(?:"(\d+)"|(\d+))\s*(?:;|$)/i;

/**
 * Returns the error requested with `code=503`; null if none is. The first preference counts, and an invalid one is
 * ignored (RFC 7240, 2).
 */
export function preferredStatus(header: string): number | null {
  const first = header.match(PREFERENCE)?.find((preference) => CODE_START.test(preference)) ?? '';
  const [, quoted, plain] = CODE.exec(first) ?? [];
  const status = Number(quoted ?? plain ?? 0);
  return status >= 400 ? status : null;
}

/** The fault for requests that prefer an error. */
const PREFERRED: InjectedFault = { id: 'prefer', drill: null, fired: 1, action: {} };

/**
 * Returns the error that the request prefers; null if there is none. The control API ignores preferences, because it
 * must be able to turn them off.
 */
function preferredStatusOf({ raw, route }: RequestInWorld): number | null {
  // Node joins repeated `Prefer` headers with commas.
  const { prefer = '' } = raw.headers;
  return route.service.isControlApi === true ? null : preferredStatus(String(prefer));
}

/**
 * Returns whether the preferred error will be the response. Then the body is received first, because the journal records
 * it.
 */
export function waitsForPreference(request: RequestInWorld): boolean {
  return request.route.readsBody && request.world.prefer && preferredStatusOf(request) !== null;
}

/**
 * Injects the error that the request prefers, if its world allows that.
 *
 * @returns whether the error is the response
 * @throws Problem `invalid_request` if the vendor's document does not list this status for the operation
 */
export async function injectPreferredError(request: RequestInWorld): Promise<boolean> {
  const status = preferredStatusOf(request);
  if (status === null) return false;
  const { world, route, findings, now } = request;
  const { operation } = route;
  if (!world.prefer) {
    const message = `${operation.id} was called with \`Prefer: code=${status}\`, which has no effect. Start the mock with \`--prefer\`, or send \`{"prefer": true}\` to \`PUT /_mock/mode\``;
    findings.report('ignored_preference', message, now);
    return false;
  }
  await route.document.ready();
  const listed = operation.vendorStatuses().filter(isErrorStatus);
  if (!listed.includes(status)) {
    const listedText = listed.length === 0 ? 'no errors' : `only ${listed.join(', ')}`;
    throw new Problem(
      'invalid_request',
      `Header \`Prefer: code=${status}\`: the vendor's document lists ${listedText} for ${operation.id}. A fault (\`POST /_mock/faults\`) can have any status, with \`"offDocument": true\`.`,
    );
  }
  const principal = await findExpectedPrincipal(request);
  request.expectedPrincipal = principal;
  announceFault(request, PREFERRED);
  await world.faults.shadow('request', factsOf(request, principal), PREFERRED);
  const { headers, ...outcome } = vendorError(request, status);
  request.outcome = { ...outcome, headers: { ...headers, 'preference-applied': `code=${status}` } };
  return true;
}
