import { expect } from 'vitest';
import type { Config } from '../../src/app/options.ts';
import { adminBot, application } from './cast.ts';
import { listHints } from './hints.ts';
import { runaiRefusal } from './refusal-shapes.ts';
import { type Answer, type TestServer, testServer } from './server.ts';

/** The versions with separate tables. */
export type RunaiProfile = Exclude<Config['runai'], '2.25' | '2.26'>;

/** Scopes of the built-in cast. */
export const TENANT = '1001';
export const CLUSTER = '3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0001';
export const RESEARCH = '4500001';
export const PLATFORM = '4500002';
export const VISION = '4600001';
export const SPEECH = '4600002';
export const TOOLING = '4600003';

/** Predefined roles, by their ids. */
export const SYSTEM_ADMINISTRATOR = 1;
export const EDITOR = 3;
export const RESEARCH_MANAGER = 4;
export const RESEARCHER = 5;
export const VIEWER = 7;
export const PROJECT_ADMINISTRATOR = 16;

/** An id that no object has. */
export const NOTHING = '00000000-0000-4000-8000-000000000000';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const SECRET = /^[A-Za-z0-9]{32}$/;

/** The path of access rules, below `/api/v1`. */
export const RULES = 'authorization/access-rules';

/** Sends requests with one token. Paths are below `/api/v1` unless they start at the root. */
export type RunaiCaller = (request: string, body?: unknown) => Promise<Answer>;

/** A rule without its subject. */
export interface Given {
  readonly roleId: number;
  readonly scopeType?: string;
  readonly scopeId?: string;
}

/** A client of the tenant: a service account, or an application in versions without service accounts. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  /** Its kind in access rules. */
  readonly subjectType: 'service-account' | 'app';
  /** Sends requests with its token. */
  readonly call: RunaiCaller;
}

/** A server of one version, with an administrator. */
export interface RunaiServer extends TestServer {
  readonly admin: RunaiCaller;
  as(token: string): RunaiCaller;
  /** Sends a token request of a client with a secret. */
  login(clientId: string, secret: string): Promise<Answer>;
  /** Returns the body of an administrator's request, which must have this status. */
  done(status: number, request: string, body?: unknown): Promise<Answer['body']>;
  /** Creates an account with these rules, by default for the whole tenant. */
  account(...given: readonly Given[]): Promise<Account>;
  /** Returns the texts of the hints with a code. */
  hints(code: string): Promise<readonly string[]>;
}

export async function runaiServer(...[config = {}, ...parts]: Parameters<typeof testServer>): Promise<RunaiServer> {
  const server = await testServer(config, ...parts);
  const isOld = config.runai === '2.19';
  let made = 0;
  const as = (token: string): RunaiCaller => {
    return (request, body) => {
      const [method, path = ''] = request.split(' ');
      return server.call(`${method} ${path.startsWith('/') ? path : `/api/v1/${path}`}`, { token, body });
    };
  };
  const login: RunaiServer['login'] = (clientId, secret) =>
    server.grant(
      isOld
        ? { grantType: 'app_token', AppId: clientId, AppSecret: secret }
        : { grantType: 'client_credentials', clientId, clientSecret: secret },
    );
  const tokenOf = async (clientId: string, secret: string) => {
    const { status, body } = await login(clientId, secret);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.accessToken;
  };
  const admin = as(
    isOld
      ? await tokenOf(application.clientId, application.secret)
      : await tokenOf(adminBot.clientId, adminBot.clientSecret),
  );
  const done: RunaiServer['done'] = async (status, request, body) => {
    const answer = await admin(request, body);
    expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBe(status);
    return answer.body;
  };
  const subjectType = isOld ? 'app' : 'service-account';
  return {
    ...server,
    admin,
    as,
    login,
    done,
    account: async (...given) => {
      const { id, name, ...shown } = await done(201, `POST ${isOld ? 'apps' : 'service-accounts'}`, {
        name: `made-${++made}`,
      });
      const secret = shown.secret ?? shown.clientSecret;
      for (const { roleId, scopeType = 'tenant', scopeId = TENANT } of given) {
        await done(201, `POST ${RULES}`, { subjectId: name, subjectType, roleId, scopeType, scopeId });
      }
      return { id, name, secret, subjectType, call: as(await tokenOf(name, secret)) };
    },
    hints: async (expected) => {
      const hints = await listHints(server);
      return hints.flatMap(({ code, text }) => (code === expected ? [text] : []));
    },
  };
}

/** Expects a Run:ai refusal with these words. */
export function expectRefused(answer: Answer, status: number, ...words: readonly string[]): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  const refusal = runaiRefusal(answer);
  for (const word of words) expect(refusal).toContain(word);
}
