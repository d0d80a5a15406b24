import type { Decision } from '../../generated/library.ts';
import { describeNeeds } from '../decisions/explaining/index.ts';
import type { Tables } from '../decisions/rule.ts';
import { UserError } from '../lib/errors.ts';
import { showValue } from '../lib/redact.ts';
import { askWorld, findInWorld } from './ask-world.ts';
import { isRefused, type Refusal, renderRefusal } from './refusal-text.ts';
import { locateServerAndWorld, type RunningServer, readPublicUrl, type ServerFlags } from './server-client.ts';
import { prefixOf } from './world-address.ts';

type RequestSummary = Refusal['request'];

/** The maximum number of requests in a journal: 2000 refusals and 2000 other requests. */
const MAX_REQUESTS = 4000;
/** The maximum number of refusals to list for an unknown id. */
const MAX_LISTED = 5;

/** Prints why a request was refused, or exits with code 1. @param id undefined: the newest @throws UserError */
export async function explainRefusal(id: string | undefined, flags: ServerFlags): Promise<void> {
  const { server, world } = await locateServerAndWorld(flags);
  const path = `/requests?bodies=false&limit=${MAX_REQUESTS}`;
  const requests = await askWorld(server, world, path, (body): readonly RequestSummary[] | undefined =>
    'requests' in body && Array.isArray(body.requests) ? body.requests : undefined,
  );
  const request = id === undefined ? requests.find(isRefused) : findRequest(id, requests);
  if (request !== undefined && isRefused(request)) {
    const refusal = await readRefusal(server, world, request);
    const publicBase = `${(await readPublicUrl(server)) ?? server.url}${prefixOf(world)}`;
    process.stdout.write(renderRefusal(refusal, createCurlTarget(server, world), publicBase));
    return;
  }
  const message =
    request === undefined
      ? describeNoRefusal(requests, world)
      : `request \`${request.id}\` was not refused (status ${request.status}). Omit the id to see the newest refusal.`;
  process.stderr.write(`nv-auth-mock: ${message}\n`);
  process.exitCode = 1;
}

async function readRefusal(server: RunningServer, world: string | null, request: RequestSummary): Promise<Refusal> {
  const { service, operation, decision: decisionId } = request;
  const decision = decisionId === null ? null : await findInWorld<Decision>(server, world, 'decisions', decisionId);
  const tables = service === null ? null : await findInWorld<ServedTables>(server, world, 'tables', service);
  return { request, decision, required: describeRequired(tables, operation) };
}

/** @throws UserError if no request has the id */
function findRequest(id: string, requests: readonly RequestSummary[]): RequestSummary {
  const found = requests.find((request) => request.id === id || request.decision === id);
  if (found !== undefined) return found;
  const refusals = requests.filter(isRefused).map((refusal) => `\`${refusal.decision ?? refusal.id}\``);
  const listed =
    refusals.length === 0 ? 'No request was refused.' : `Newest refusals: ${refusals.slice(0, MAX_LISTED).join(', ')}.`;
  throw new UserError(
    `No request or decision has the id \`${showValue(id)}\`. ${listed} For a request to another world, set --world.`,
  );
}

function describeNoRefusal(requests: readonly RequestSummary[], world: string | null): string {
  const where = `in the world \`${world ?? 'default'}\``;
  const statement = requests.length === 0 ? `no request was received ${where}` : `no request was refused ${where}`;
  return `${statement}. Send one, or select another world with --world; \`GET /_mock/worlds\` lists them.`;
}

/** The tables of a service as the control API returns them, where permissions are called grants. */
type ServedTables = Pick<Tables, 'term' | 'rules' | 'resourceTypes' | 'operations'> & {
  readonly grants: Tables['permissions'];
};

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
