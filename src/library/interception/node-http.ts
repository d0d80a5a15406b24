import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import { nextTick } from '../../platform/time.ts';
import { routeOf, type Target, targetOf } from './scopes.ts';

/** The options of a request as agents get them: Node has filled in the host and the port. */
interface RequestOptions {
  readonly host?: string;
  readonly port?: number | string;
  readonly socketPath?: string | null;
}

/** The method by which Node and libraries give a request to an agent; Node's types lack it. */
interface AgentOfRequests {
  addRequest(this: Agent, request: ClientRequest, options: RequestOptions, ...more: unknown[]): void;
}

/**
 * Redirects the requests of `node:http` and `node:https`. Every agent inherits this method, those of `agent: false` too,
 * and every request is given to one when it is made: also by functions that were imported before.
 *
 * @returns undoes it
 */
export function redirectNodeHttp(): () => void {
  const prototype = Agent.prototype as unknown as AgentOfRequests;
  const { addRequest } = prototype;
  const agents = new WeakMap<Agent, Agent>();
  const redirecting: AgentOfRequests['addRequest'] = function (request, options, ...more) {
    if (options.socketPath != null) return addRequest.call(this, request, options, ...more);
    try {
      const port = routeOf(targetOfRequest(request, options));
      if (port === null) return addRequest.call(this, request, options, ...more);
      const agent = agents.get(this) ?? plainAgent(this);
      agents.set(this, agent);
      addRequest.call(agent, request, { host: '127.0.0.1', port });
    } catch (refusal) {
      addRequest.call(failingAgent(refusal), request, { host: '127.0.0.1', port: 0 });
    }
  };
  prototype.addRequest = redirecting;
  return () => {
    // Otherwise a later replacement of the method would be lost.
    if (prototype.addRequest === redirecting) prototype.addRequest = addRequest;
  };
}

function targetOfRequest({ protocol, path }: ClientRequest, { host = 'localhost', port }: RequestOptions): Target {
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const number = Number(port);
  // Node names the port of the scheme as well.
  const isUsual = port == null || number === { http: 80, https: 443 }[scheme];
  return targetOf(scheme, host, isUsual ? null : number, path);
}

/** Members of every agent that Node's types lack. */
interface Keeping {
  readonly keepAlive?: boolean;
  readonly options?: AgentOptions;
}

/** An agent that keeps and limits connections as the caller's does, without TLS. */
function plainAgent(agent: Agent & Keeping): Agent {
  const { keepAlive, maxSockets, maxFreeSockets, maxTotalSockets } = agent;
  const { keepAliveMsecs, timeout, scheduling } = agent.options ?? {};
  const given = { keepAlive, keepAliveMsecs, maxSockets, maxFreeSockets, maxTotalSockets, timeout, scheduling };
  return new Agent(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

/** The request fails as one whose host does not exist. */
function failingAgent(refusal: unknown): Agent {
  return Object.assign(new Agent(), {
    createConnection: (_options: unknown, done: (refusal: unknown) => void) => {
      nextTick(done, refusal);
    },
  });
}
