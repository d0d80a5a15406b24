import { CommanderError } from 'commander';
import { OPTION_NAMES } from '../app/options.ts';
import { readPackageVersion } from '../lib/assets.ts';
import { UserError } from '../lib/errors.ts';
import { MANIFESTS } from '../services/index.ts';
import { AdvisingCommand, collect } from './command.ts';

/** The exit code for errors that users can fix. */
const EXIT_USER_ERROR = 2;

const URL_DESCRIPTION = 'URL of the server or of a world; default: the server on this machine';
const TLS_CA_FLAG = '--tls-ca <FILE>';
const TLS_CA_DESCRIPTION = 'certificate authority of the server, as PEM; default: those that Node trusts';
const WORLD_DEFAULT = 'default: the world in the URL, or the default world';

/** Runs the command given in the arguments. Sets the exit code; never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  // The reader of a pipe, such as `head`, may close it before everything is written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const root = createProgram(await readPackageVersion());
    const [, , first, second] = argv;
    root.checkSubcommand(first === 'help' ? second : first);
    // Commander fails on a request for help about `help`.
    await root.parseAsync(first === 'help' && second === 'help' ? argv.slice(0, 3) : argv);
  } catch (thrown) {
    process.exitCode = reportError(thrown);
  }
}

function createProgram(version: string): AdvisingCommand {
  const root = new AdvisingCommand('nv-auth-mock')
    .description("A local mock of NVIDIA's auth and access-key APIs. It refuses for real, and explains exactly why.")
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    // Errors are thrown, and printed by `run` alone.
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const start = addStart(root);
  root.addHelpText('after', () => `\n${start.helpInformation()}`);
  for (const add of [addHealth, addEnv, addWhy, addVerify, addReport, addCompare, addInit]) add(root);
  return root;
}

function addStart(root: AdvisingCommand): AdvisingCommand {
  return root
    .command('start', { isDefault: true })
    .description('start the server (default)')
    .addServerOptions(OPTION_NAMES)
    .option('-c, --config <FILE>', 'read options from a YAML or JSON file; keys are flag names')
    .option(
      '--etc <DIR>',
      'a folder with config and seed files (.yaml, .yml or .json), used unless another file is given',
    )
    .action(async (flags) => (await import('./start.ts')).startServer(flags));
}

function addHealth(root: AdvisingCommand): void {
  root
    .command('health')
    .description('exit 0 if the running server is ready, otherwise 1')
    .option('--url <URL>', URL_DESCRIPTION)
    .option(TLS_CA_FLAG, TLS_CA_DESCRIPTION)
    .addServerOptions(['port', 'host', 'tls'])
    .action(async (flags) => (await import('./health.ts')).checkHealth(flags));
}

function addEnv(root: AdvisingCommand): void {
  root
    .command('env')
    .description('print environment variables for clients of the running server')
    .option('--url <URL>', URL_DESCRIPTION)
    .option(TLS_CA_FLAG, TLS_CA_DESCRIPTION)
    .addServerOptions(['port', 'host', 'adminToken'])
    .addChoice('--format <FORMAT>', 'output format', ['shell', 'dotenv', 'json', 'compose'], 'shell')
    .option(
      '--client-url <URL>',
      'URL of the server for the client; default: the URL of this command, or for compose the configured name',
    )
    .option('--world <ID>', `world that the client uses; ${WORLD_DEFAULT}`)
    .addServerOptions(['tls'])
    .option(
      '--ca <FILE>',
      'with https: write the certificate to trust to this file, and print variables that refer to it',
    )
    .option(
      '--hosts',
      "print the vendors' host names instead: lines for /etc/hosts, or with --format compose the aliases of a service",
    )
    .action(async (flags) => (await import('./env.ts')).printEnv(flags));
}

function addWhy(root: AdvisingCommand): void {
  root
    .command('why')
    .description('explain the newest refusal of the running server, and how to fix it; exit 1 if there is none')
    .argument(
      '[ID]',
      'id of a decision (from the `x-mock-decision` header) or of a request; default: the newest refusal',
    )
    .option('--url <URL>', URL_DESCRIPTION)
    .option(TLS_CA_FLAG, TLS_CA_DESCRIPTION)
    .option('--world <ID>', `world of the request; ${WORLD_DEFAULT}`)
    .addServerOptions(['port', 'host', 'adminToken', 'tls'])
    .action(async (id, flags) => (await import('./why.ts')).explainRefusal(id, flags));
}

function addVerify(root: AdvisingCommand): void {
  root
    .command('verify')
    .description(
      "compare a vendor's OpenAPI document with the mock, or check recorded traffic against that document or the mock's: exit 0 if they agree, otherwise 1",
    )
    .option('--spec <FILE|URL>', "the vendor's document (JSON or YAML)")
    .option('--har <FILE>', 'recorded traffic: an HTTP Archive exported by a browser or proxy')
    .option('--journal', 'recorded traffic: the journal of the running server')
    .option('--document <NAME>', 'document of the mock to compare with, such as runai.2.24; default: the best match')
    .option('--service <NAME>', 'service to compare with, in the configured version')
    .option('--baseline <FILE>', 'accepted differences, each with a reason')
    .option('--update-baseline', 'write the differences to the baseline; existing ones keep their reasons')
    .option('--base-path <PATH>', 'with --har or --journal: prefix of the recorded paths, such as /proxy')
    .option('--all', 'print every place where a change appears, instead of one line per change')
    .option('--json', 'as JSON')
    .option('--junit <FILE>', 'also write the results for traffic as JUnit XML')
    .option('--url <URL>', `with --journal: ${URL_DESCRIPTION}`)
    .option(TLS_CA_FLAG, `with --journal: ${TLS_CA_DESCRIPTION}`)
    .option('--world <ID>', `with --journal: the world; ${WORLD_DEFAULT}`)
    .addServerOptions(['port', 'host', 'adminToken', 'tls', 'runai', 'air', 'nvcf'])
    .action(async (flags) => (await import('@nv-auth-mock/conformance')).verify(flags));
}

function addReport(root: AdvisingCommand): void {
  root
    .command('report')
    .description('print how each credential was used on the running server, and which of its rights are unused')
    .option('--url <URL>', URL_DESCRIPTION)
    .option(TLS_CA_FLAG, TLS_CA_DESCRIPTION)
    .addServerOptions(['port', 'host', 'adminToken', 'tls'])
    .option('--principal <NAME>', 'only this principal, by id, name, client id or e-mail address')
    .option('--world <ID>', `world to report; ${WORLD_DEFAULT}`)
    .option('--fail-on <WHAT>', 'exit 1 for `unused` or `broader` rights; separate both with a comma')
    .option('--json', 'as JSON')
    .action(async (flags) => (await import('./report.ts')).printReport(flags));
}

function addCompare(root: AdvisingCommand): void {
  // The services that every server has.
  const services = MANIFESTS.filter(({ isServed }) => isServed === undefined).map(({ name }) => name);
  root
    .command('compare')
    .description('compare the responses of the real service with the running mock: exit 0 if they agree, otherwise 1')
    .requiredOption('--against <URL>', 'the real service; its credential comes from NV_AUTH_MOCK_COMPARE_TOKEN')
    .addChoice('--service <NAME>', 'the API', services, 'runai')
    .option('--from <SOURCE>', 'requests: `cast` (examples of the document), `journal`, or an HTTP Archive', 'cast')
    .option('--org <NAME>', 'organisation (or realm) of the real account, instead of the one in the requests')
    .option(
      '--write',
      'also send requests that write, but only to objects that the comparison creates and deletes afterwards',
    )
    .option('--dry-run', 'print the requests without sending them')
    .option('--report <FILE>', 'write the report to a file')
    .option('--patience <DURATION>', 'total time to wait until reads after writes match the mock', '10s')
    .option('--json', 'as JSON')
    .option('--url <URL>', 'URL of the mock or of a world; default: the server on this machine')
    .option(TLS_CA_FLAG, TLS_CA_DESCRIPTION)
    .option('--world <ID>', `world of the mock; ${WORLD_DEFAULT}`)
    .addServerOptions(['port', 'host', 'adminToken', 'tls'])
    .action(async (flags) => (await import('@nv-auth-mock/conformance')).compare(flags));
}

function addInit(root: AdvisingCommand): void {
  root
    .command('init')
    .description('write a first test, a compose file, a seed or AGENTS.md into a project, without overwriting files')
    .argument('[DIR]', 'folder of the project', '.')
    .option(
      '--kind <KIND>',
      'what to write: vitest, jest, node, pytest, go, compose, seed or agents; repeatable; default: ask',
      collect,
    )
    .action(async (dir, flags) => (await import('./init.ts')).writeFirstFiles(dir, flags));
}

function reportError(thrown: unknown): number {
  // The help or the version has been printed.
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  if (thrown instanceof UserError) {
    process.stderr.write(`nv-auth-mock: ${thrown.message}\n`);
    return EXIT_USER_ERROR;
  }
  process.stderr.write(`nv-auth-mock: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return 1;
}
