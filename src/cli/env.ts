import type { FlagTexts } from '../config.ts';
import { Unusable } from '../core/unusable.ts';
import { askRunning, type Running, runningServer } from './running.ts';

type Variables = Readonly<Record<string, string>>;

const FORMATS = {
  shell: (variables: Variables) =>
    lines(variables, (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  dotenv: (variables: Variables) => lines(variables, (name, value) => `${name}=${JSON.stringify(value)}`),
  json: (variables: Variables) => `${JSON.stringify(variables, null, 2)}\n`,
  // Compose reads `$` in every value.
  compose: (variables: Variables) =>
    `environment:\n${lines(variables, (name, value) => `  ${name}: ${JSON.stringify(value.replaceAll('$', '$$$$'))}`)}`,
} as const;

/**
 * Prints what a client needs: addresses, and out of the cast of the running server the administrator's credentials and
 * the key of the organisation's owner.
 */
export async function env(flags: FlagTexts, format: keyof typeof FORMATS): Promise<void> {
  const server = await runningServer(flags);
  const variables = variablesOf(await castFrom(server), server.url);
  process.stdout.write(FORMATS[format](variables));
  for (const [name, absent] of EXPECTED) {
    if (variables[name] === undefined) {
      process.stderr.write(`nv-auth-mock: the cast has no ${absent}, so ${name} is not printed\n`);
    }
  }
}

/** What is worth telling when it cannot be printed. */
const EXPECTED = [
  ['RUNAI_CLIENT_ID', 'administrator with an access key'],
  ['NGC_API_KEY', 'personal key of an organisation owner'],
] as const;

/** The parts of the cast that are printed. */
interface Cast {
  readonly runai?: {
    readonly users?: readonly {
      readonly role: string | null;
      readonly accessKey?: { readonly clientId: string; readonly clientSecret: string };
    }[];
  };
  readonly ngc?: {
    readonly org?: string;
    readonly keys?: readonly { readonly org: string; readonly roles?: readonly string[]; readonly key: string }[];
  };
}

async function castFrom(server: Running): Promise<Cast> {
  const { url } = server;
  const { status, body } = await askRunning(server, '/_mock/cast').catch((cause: unknown) => {
    throw new Unusable(`No server answers on ${url}. Start one, or say where it is with --port.`, { cause });
  });
  if (status === 401) throw new Unusable(`The server on ${url} asks for its token: give it by --admin-token.`);
  if (status === 200 && typeof body === 'object' && body !== null) return body;
  throw new Unusable(`What answers on ${url} is no nv-auth-mock. Say where it is with --port.`);
}

function variablesOf({ runai, ngc }: Cast, url: string): Variables {
  const key = runai?.users?.find(({ role, accessKey }) => role === 'System administrator' && accessKey)?.accessKey;
  const owner = ngc?.keys?.find(({ org, roles }) => org === ngc.org && roles?.includes('ORG_OWNER') === true);
  return {
    RUNAI_BASE_URL: url,
    ...(key && { RUNAI_CLIENT_ID: key.clientId, RUNAI_CLIENT_SECRET: key.clientSecret }),
    AIR_API_URL: url,
    NVCF_BASE_URL: url,
    ...(owner && { NGC_API_KEY: owner.key }),
  };
}

function lines(variables: Variables, line: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('');
}
