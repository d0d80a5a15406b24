/** Servers for tests of the console, and what is sent to them. */
import { admin } from '../../../test/support/cast.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { castKey } from '../../../test/support/ngc-cast.ts';

/** The text of a key that may invoke one function, and nothing else. */
export const INVOKER = castKey('nvcf-invoker').key;

/** Keys that may deploy functions, and register them. */
export const [DEPLOYER, REGISTRAR] = [castKey('nvcf-deployer'), castKey('nvcf-registrar')];

export const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };

/** The body of a key that may list functions. */
export const LISTING = {
  type: 'service',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
};

const { clientId, clientSecret } = admin.accessKey;
/** The body of a request for a token of the administrator. */
export const TOKEN_ORDER = { grantType: 'client_credentials', clientId, clientSecret };

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
export const readJson = async (url: string): Promise<any> => (await fetch(url)).json();

/** Starts a server. Returns its URL, and functions that stop it and send requests to it. */
export async function startServer(config: Parameters<typeof listeningServer>[0] = {}, port = 0) {
  const { url, close: stop } = await listeningServer(config, port);
  // Each request uses a connection of its own: `fetch` may reuse one that a stopped server on the port has closed.
  const send = (method: string, path: string, headers: object, body?: object) =>
    fetch(url + path, {
      method,
      headers: { connection: 'close', ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const ask = (method: string, path: string, token = INVOKER, body?: object) =>
    send(method, path, { authorization: `Bearer ${token}` }, body);
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  const mock = async (method: string, path: string, body?: object): Promise<any> => {
    const text = await (await send(method, `/_mock${path}`, {}, body)).text();
    return text === '' ? null : JSON.parse(text);
  };
  return { url, stop, ask, mock };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** Reads the statuses of the recorded requests, newest first. */
export const readStatuses = async ({ mock }: Pick<Server, 'mock'>, filter = ''): Promise<readonly number[]> =>
  (await mock('GET', `/requests?${filter}`)).requests.map(({ status }: { status: number }) => status);

/** Sends a deployment that is refused for missing scopes. */
export async function sendRefusedDeployment({ ask }: Pick<Server, 'ask'>): Promise<void> {
  const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
  const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
  await ask('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, REGISTRAR.key, {
    deploymentSpecifications: [
      { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1, clusters: ['acme-1'] },
    ],
  });
}

/** Starts a server with everything in force: a fault, a frozen clock and a pending edit. */
export async function startServerWithAllEffects() {
  const server = await startServer({ propagation: 'fixed' });
  const { mock } = server;
  await mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
  await mock('POST', '/clock/freeze', {});
  await mock('PATCH', `/keys/${DEPLOYER.id}`, { scopes: ['list_functions'] });
  return server;
}
