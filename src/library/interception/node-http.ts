import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import { nextTick } from '../../lib/time.ts';
import { createTarget, resolvePort, type Target } from './contexts.ts';

/** The options of a request when an agent gets it: Node has filled in the host and the port. */
interface RequestOptions {
  readonly host?: string;
  readonly port?: number | string;
  readonly socketPath?: string | null;
}

/** The members of every agent that Node's types lack. */
interface AgentInternals {
  readonly keepAlive?: boolean;
  readonly options?: AgentOptions;
  /** Sends a request over a connection of the agent. */
  addRequest(this: Agent, request: ClientRequest, options: RequestOptions, ...extra: unknown[]): void;
}

/**
 * Replaces `Agent.prototype.addRequest`, which every `http.Agent` inherits, even for functions imported earlier. Not
 * redirected: requests with `createConnection`, and other agents.
 * @returns a function that restores it
 */
export function redirectNodeHttp(): () => void {
  const prototype = Agent.prototype as unknown as AgentInternals;
  const { addRequest } = prototype;
  const plainAgents = new WeakMap<Agent, Agent>();
  const redirectRequest: AgentInternals['addRequest'] = function (request, options, ...extra) {
    if (options.socketPath != null) return addRequest.call(this, request, options, ...extra);
    let port: number | null;
    try {
      port = resolvePort(readTarget(request, options));
    } catch (error) {
      return addRequest.call(createFailingAgent(error), request, { host: '127.0.0.1', port: 0 });
    }
    if (port === null) return addRequest.call(this, request, options, ...extra);
    const agent = plainAgents.get(this) ?? createPlainAgent(this);
    plainAgents.set(this, agent);
    addRequest.call(agent, request, { host: '127.0.0.1', port });
  };
  prototype.addRequest = redirectRequest;
  return () => {
    // If other code has replaced the method in the meantime, leave that replacement alone.
    if (prototype.addRequest === redirectRequest) prototype.addRequest = addRequest;
  };
}

function readTarget({ protocol, path }: ClientRequest, { host = 'localhost', port }: RequestOptions): Target {
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const portNumber = Number(port);
  // Node sets the scheme's default port explicitly.
  const isDefaultPort = port == null || portNumber === { http: 80, https: 443 }[scheme];
  return createTarget(scheme, host, isDefaultPort ? null : portNumber, path);
}

/** Returns an agent that keeps and limits connections like the caller's, but without TLS. */
function createPlainAgent(agent: Agent & Partial<AgentInternals>): Agent {
  const { keepAlive, maxSockets, maxFreeSockets, maxTotalSockets } = agent;
  const { keepAliveMsecs, timeout, scheduling } = agent.options ?? {};
  const options = { keepAlive, keepAliveMsecs, maxSockets, maxFreeSockets, maxTotalSockets, timeout, scheduling };
  return new Agent(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
}

/** Returns an agent that fails each request, as for an unknown host. */
function createFailingAgent(error: unknown): Agent {
  return Object.assign(new Agent(), {
    createConnection: (_options: unknown, callback: (error: unknown) => void) => {
      nextTick(callback, error);
    },
  });
}
