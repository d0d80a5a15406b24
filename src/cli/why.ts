import type { Decision } from '../../generated/library.ts';
import type { FlagTexts } from '../config/config.ts';
import type { Tables } from '../decisions/rule.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { describeNeeds } from '../explaining/index.ts';
import { showValue } from '../text/redact.ts';
import { askWorld, findInWorld } from './ask-world.ts';
import { isRefused, type Refusal, renderRefusal } from './refusal-text.ts';
import { locateServerAndWorld, type RunningServer } from './server-client.ts';
import { prefixOf } from './world-address.ts';

type Recorded = Refusal['request'];

/** The maximum number of requests in a journal: refusals and others. */
const MAX_REQUESTS = 4000;
/** The maximum number of refusals to list for an unknown id. */
const MAX_LISTED = 5;

/**
 * Prints why a running server refused a request, and how to fix it. Exits with code 1 if no request was refused.
 *
 * @param options.id the id of the request or its decision; null: the newest refusal
 * @param options.url the server, including the prefix of a world; null: on this machine
 * @throws UserError if the server, world or request doesn't exist
 */
export async function explainRefusal(
  flags: FlagTexts,
  options: { readonly id: string | null; readonly url: string | null; readonly world: string | null },
): Promise<void> {
  const { server, world } = await locateServerAndWorld(flags, options.url, options.world);
  const requests = await askWorld(server, world, `/requests?bodies=false&limit=${MAX_REQUESTS}`, readRequests);
  const request = options.id === null ? requests.find(isRefused) : findRequest(options.id, requests);
  if (request === undefined || !isRefused(request)) {
    process.stderr.write(
      `nv-auth-mock: ${request === undefined ? describeNoRefusal(requests, world) : describeAllowed(request)}\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { service, operation } = request;
  const decision =
    request.decision === null ? null : await findObject<Decision>(server, world, 'decisions', request.decision);
  const tables = service === null ? null : await findObject<ServedTables>(server, world, 'tables', service);
  process.stdout.write(
    renderRefusal(
      { request, decision, required: describeRequired(tables, operation) },
      createCurlTarget(server, world),
    ),
  );
}

function readRequests(body: object): readonly Recorded[] | undefined {
  return 'requests' in body && Array.isArray(body.requests) ? body.requests : undefined;
}

/** @throws UserError if no request has the id */
function findRequest(id: string, requests: readonly Recorded[]): Recorded {
  const found = requests.find((request) => request.id === id || request.decision === id);
  if (found !== undefined) return found;
  const refusals = requests.filter(isRefused).map((refusal) => `\`${refusal.decision ?? refusal.id}\``);
  const listed =
    refusals.length === 0 ? 'No request was refused.' : `Newest refusals: ${refusals.slice(0, MAX_LISTED).join(', ')}.`;
  throw new UserError(
    `No request or decision has the id \`${showValue(id)}\`. ${listed} For a request to another world, set --world.`,
  );
}

function describeNoRefusal(requests: readonly Recorded[], world: string | null): string {
  const where = `in the world \`${world ?? 'default'}\``;
  const found = requests.length === 0 ? `no request was received ${where}` : `no request was refused ${where}`;
  return `${found}. Send one, or select another world with --world; \`GET /_mock/worlds\` lists them.`;
}

function describeAllowed({ id, status }: Recorded): string {
  return `request \`${id}\` was not refused (status ${status}). Omit the id to see the newest refusal.`;
}

/** Tables as returned by the control API. */
type ServedTables = Pick<Tables, 'term' | 'rules' | 'resourceTypes' | 'operations'> & {
  readonly grants: Tables['permissions'];
};

async function findObject<Found extends object>(server: RunningServer, world: string | null, list: string, id: string) {
  return (await findInWorld(server, world, `/${list}/${encodeURIComponent(id)}`)) as Found | null;
}

function describeRequired(tables: ServedTables | null, operation: string | null): string | null {
  const row = tables?.operations.find(({ id }) => id === operation);
  if (tables === null || row === undefined) return null;
  return describeNeeds({ ...tables, permissions: tables.grants }, row).text;
}

function createCurlTarget({ url, headers, isLocal = false }: RunningServer, world: string | null) {
  return {
    base: `${url}${prefixOf(world)}`,
    isGuarded: Object.keys(headers).length > 0,
    // On this machine, this command doesn't verify the certificate either.
    options: isLocal && url.startsWith('https:') ? ['-k'] : [],
    separator: ' ',
  };
}
