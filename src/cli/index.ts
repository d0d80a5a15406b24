import type { CompareFlags, VerifyFlags } from '@nv-auth-mock/conformance';
import { Command, CommanderError, Option as Flag } from 'commander';
import type { FlagTexts } from '../config/config.ts';
import { formatFlagName, OPTIONS } from '../config/options.ts';
import type { Option } from '../definitions/option.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { readPackageVersion } from '../platform/assets.ts';
import { MANIFESTS } from '../services/index.ts';
import { checkCommand, createFlagErrorHandler } from './command-errors.ts';

/** The exit code for errors that users can fix. */
const EXIT_USER_ERROR = 2;

/** Runs the command given in the arguments. Sets the exit code; never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    checkCommand(argv[2] === 'help' ? argv[3] : argv[2]);
    await createProgram(await readPackageVersion()).parseAsync(argv);
  } catch (thrown) {
    process.exitCode = reportError(thrown);
  }
}

/** Creates the parser of the command line, with all commands. */
function createProgram(version: string): Command {
  const root = new Command('nv-auth-mock')
    .description("A local mock of NVIDIA's auth and access-key APIs. It refuses for real, and explains exactly why.")
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const start = addStart(root);
  root.addHelpText('after', () => `\n${start.helpInformation()}`);
  for (const add of [addHealth, addEnv, addWhy, addVerify, addReport, addCompare, addInit]) add(root);
  for (const command of root.commands) {
    // Errors are thrown, and printed by `run` alone.
    command.exitOverride(createFlagErrorHandler(command)).configureOutput({ writeErr: () => {} });
  }
  return root;
}

function addStart(root: Command): Command {
  const start = root.command('start', { isDefault: true }).description('start the server (default)');
  for (const [name, option] of Object.entries(OPTIONS)) start.addOption(createFlag(name, option));
  return start
    .option('-c, --config <FILE>', 'read options from a YAML or JSON file; keys are flag names')
    .option(
      '--etc <DIR>',
      'a folder with config and seed files (.yaml, .yml or .json), used unless another file is given',
    )
    .action(async (flags: FlagTexts) => (await import('./start.ts')).startServer(normalizeSwitches(flags)));
}

function addHealth(root: Command): void {
  root
    .command('health')
    .description('exit 0 if the running server is ready, otherwise 1')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('tls', OPTIONS.tls))
    .action(async ({ url, ...flags }: FlagTexts & { readonly url?: string }) =>
      (await import('./health.ts')).checkHealth(normalizeSwitches(flags), url ?? null),
    );
}

interface EnvFlags {
  readonly format: 'shell' | 'dotenv' | 'json' | 'compose';
  readonly url?: string;
  readonly clientUrl?: string;
  readonly ca?: string;
  readonly world?: string;
  readonly hosts?: true;
}

function addEnv(root: Command): void {
  root
    .command('env')
    .description('print environment variables for clients of the running server')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('adminToken', OPTIONS.adminToken))
    .addOption(
      new Flag('--format <FORMAT>', 'output format').choices(['shell', 'dotenv', 'json', 'compose']).default('shell'),
    )
    .option(
      '--client-url <URL>',
      'URL of the server for the client; default: the URL of this command, or for compose the configured name',
    )
    .option('--world <ID>', 'world that the client uses; default: the world in the URL, or the default world')
    .addOption(createFlag('tls', OPTIONS.tls))
    .option(
      '--ca <FILE>',
      'with https: write the certificate to trust to this file, and print variables that refer to it',
    )
    .option(
      '--hosts',
      "print the vendors' host names instead: lines for /etc/hosts, or with --format compose the aliases of a service",
    )
    .action(async ({ format, url, clientUrl, world, ca, hosts, ...flags }: FlagTexts & EnvFlags) =>
      (await import('./env.ts')).printEnv(normalizeSwitches(flags), {
        ca: ca ?? null,
        hosts: hosts ?? false,
        format,
        url: url ?? null,
        clientUrl: clientUrl ?? null,
        world: world ?? null,
      }),
    );
}

interface WorldFlags {
  readonly url?: string;
  readonly world?: string;
}

function addWhy(root: Command): void {
  root
    .command('why')
    .description('explain the newest refusal of the running server, and how to fix it; exit 1 if there is none')
    .argument(
      '[ID]',
      'id of a decision (from the `x-mock-decision` header) or of a request; default: the newest refusal',
    )
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .option('--world <ID>', 'world of the request; default: the world in the URL, or the default world')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('adminToken', OPTIONS.adminToken))
    .addOption(createFlag('tls', OPTIONS.tls))
    .action(async (id: string | undefined, { url, world, ...flags }: FlagTexts & WorldFlags) =>
      (await import('./why.ts')).explainRefusal(normalizeSwitches(flags), {
        id: id ?? null,
        url: url ?? null,
        world: world ?? null,
      }),
    );
}

function addVerify(root: Command): void {
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
    .option('--url <URL>', 'with --journal: URL of the server or of a world; default: the server on this machine')
    .option('--world <ID>', 'with --journal: the world; default: the world in the URL, or the default world')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('adminToken', OPTIONS.adminToken))
    .addOption(createFlag('runai', OPTIONS.runai))
    .addOption(createFlag('air', OPTIONS.air))
    .addOption(createFlag('nvcf', OPTIONS.nvcf))
    .action(async (flags: FlagTexts & VerifyFlags) => (await import('@nv-auth-mock/conformance')).verify(flags));
}

interface ReportFlags {
  readonly url?: string;
  readonly principal?: string;
  readonly world?: string;
  readonly failOn?: string;
  readonly json?: true;
}

function addReport(root: Command): void {
  root
    .command('report')
    .description('print how each credential was used on the running server, and which of its rights are unused')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('adminToken', OPTIONS.adminToken))
    .option('--principal <NAME>', 'only this principal, by id, name, client id or e-mail address')
    .option('--world <ID>', 'world to report; default: the world in the URL, or the default world')
    .option('--fail-on <WHAT>', 'exit 1 for `unused` or `broader` rights; separate both with a comma')
    .option('--json', 'as JSON')
    .action(async ({ principal, url, world, failOn, json, ...flags }: FlagTexts & ReportFlags) =>
      (await import('./report.ts')).printReport(flags, {
        failOn: failOn ?? null,
        principal: principal ?? null,
        url: url ?? null,
        world: world ?? null,
        json: json === true,
      }),
    );
}

function addCompare(root: Command): void {
  root
    .command('compare')
    .description('compare the responses of the real service with the running mock: exit 0 if they agree, otherwise 1')
    .requiredOption('--against <URL>', 'the real service; its credential comes from NV_AUTH_MOCK_COMPARE_TOKEN')
    .addOption(
      // The services that every server has.
      new Flag('--service <NAME>', 'the API')
        .choices(MANIFESTS.filter(({ isServed }) => isServed === undefined).map(({ name }) => name))
        .default('runai'),
    )
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
    .option('--world <ID>', 'world of the mock; default: the world in the URL, or the default world')
    .addOption(createFlag('port', OPTIONS.port))
    .addOption(createFlag('host', OPTIONS.host))
    .addOption(createFlag('adminToken', OPTIONS.adminToken))
    .action(async (flags: FlagTexts & CompareFlags) => {
      const { port, host, adminToken, ...compareFlags } = flags;
      const configFlags = Object.fromEntries(
        Object.entries({ port, host, adminToken }).filter(([, text]) => text !== undefined),
      );
      await (await import('@nv-auth-mock/conformance')).compare(compareFlags, configFlags);
    });
}

function addInit(root: Command): void {
  root
    .command('init')
    .description('write a first test, a compose file, a seed or AGENTS.md into a project, without overwriting files')
    .argument('[DIR]', 'folder of the project', '.')
    .option(
      '--kind <KIND>',
      'what to write: vitest, jest, node, pytest, go, compose, seed or agents; repeatable; default: ask',
      (text: string, previous: readonly string[] = []) => [...previous, text],
    )
    .action(async (dir: string, { kind = [] }: { readonly kind?: readonly string[] }) =>
      (await import('./init.ts')).writeFirstFiles(dir, kind),
    );
}

/** Creates the flag of an option of the server. */
function createFlag(name: string, option: Option): Flag {
  const { short, argument, repeatable, description, fallback } = option;
  const long = `--${formatFlagName(name)}`;
  const value = argument === undefined ? '' : ` <${argument}>`;
  const hasShownDefault = fallback !== null && argument !== undefined && !Array.isArray(fallback);
  const defaultText = hasShownDefault ? ` (default: ${formatDefault(option)})` : '';
  const flag = new Flag(`${short === undefined ? '' : `-${short}, `}${long}${value}`, `${description}${defaultText}`);
  return repeatable === true
    ? flag.argParser((text: string, previous: string[] | undefined) => [...(previous ?? []), text])
    : flag;
}

function formatDefault({ fallback, show }: Option): string {
  if (show !== undefined) return show(fallback);
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return String(fallback);
}

/** Turns the `true` that commander sets for a switch into the text `on`. */
function normalizeSwitches(flags: FlagTexts): FlagTexts {
  const texts = Object.entries(flags).map(([name, value]) => [name, (value as unknown) === true ? 'on' : value]);
  return Object.fromEntries(texts);
}

/** Prints an error, and returns the exit code. */
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
