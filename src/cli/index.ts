import type { CompareFlags, VerifyFlags } from '@nv-auth-mock/conformance';
import { Command, CommanderError, Option as Flag } from 'commander';
import type { FlagTexts } from '../config/config.ts';
import { flagName, OPTIONS } from '../config/options.ts';
import { refuseName } from '../config/removed-options.ts';
import type { Option } from '../definitions/option.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { isOneOf } from '../objects/members.ts';
import { packageVersion } from '../platform/assets.ts';
import { MANIFESTS } from '../services/index.ts';
import { findNearest } from '../text/nearest.ts';
import { showValue } from '../text/redact.ts';

/** The exit code for errors that the user can fix. */
const MENDABLE = 2;

const COMMANDS = ['start', 'health', 'env', 'why', 'verify', 'doctor', 'report', 'compare', 'init', 'help'] as const;

/** Snapshot files took their place. */
const REMOVED_COMMANDS: readonly string[] = ['export', 'import'];

/** Runs the command that the arguments name. Sets the exit code; never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    checkCommand(argv[2] === 'help' ? argv[3] : argv[2]);
    await program(await packageVersion()).parseAsync(argv);
  } catch (thrown) {
    process.exitCode = report(thrown);
  }
}

function program(version: string): Command {
  const root = new Command('nv-auth-mock')
    .description("A local mock of NVIDIA's auth and access-key APIs. It refuses for real, and says exactly why.")
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const start = addStart(root);
  root.addHelpText('after', () => `\n${start.helpInformation()}`);
  for (const add of [addHealth, addEnv, addWhy, addVerify, addDoctor, addReport, addCompare, addInit]) add(root);
  for (const command of root.commands)
    command.exitOverride(withAdvice(command)).configureOutput({ writeErr: () => {} });
  return root;
}

function addStart(root: Command): Command {
  const start = root.command('start', { isDefault: true }).description('start the server (default)');
  for (const [name, option] of Object.entries(OPTIONS)) start.addOption(flagOf(name, option));
  return start
    .option('-c, --config <FILE>', 'read options from a YAML or JSON file; keys are flag names')
    .option(
      '--etc <DIR>',
      'a folder with config and seed files (.yaml, .yml or .json), used unless other files are given',
    )
    .action(async (flags: FlagTexts) => (await import('./start.ts')).start(withSwitches(flags)));
}

function addHealth(root: Command): void {
  root
    .command('health')
    .description('exit 0 if the running server is ready or a standby, otherwise 1')
    .option('--ready', 'exit 1 on a standby, too: another process has the worlds of its database')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('tls', OPTIONS.tls))
    .action(async ({ ready, url, ...flags }: FlagTexts & { readonly ready?: true; readonly url?: string }) =>
      (await import('./health.ts')).health(withSwitches(flags), { url: url ?? null, mustBeReady: ready === true }),
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
    .description('print the variables that a client of the running server needs')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .addOption(
      new Flag('--format <FORMAT>', 'output format').choices(['shell', 'dotenv', 'json', 'compose']).default('shell'),
    )
    .option(
      '--client-url <URL>',
      'URL of the server for the client; default: the URL of this command, or for compose the configured name',
    )
    .option('--world <ID>', 'world that the client uses; default: the world of the URL, or the default world')
    .addOption(flagOf('tls', OPTIONS.tls))
    .option(
      '--ca <FILE>',
      'with https: write the certificate to trust to this file, and print the variables that name it',
    )
    .option(
      '--hosts',
      "print the vendors' host names instead: lines for /etc/hosts, or with --format compose the aliases of a service",
    )
    .action(async ({ format, url, clientUrl, world, ca, hosts, ...flags }: FlagTexts & EnvFlags) =>
      (await import('./env.ts')).env(withSwitches(flags), {
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
      'id of a decision, as in the header `x-mock-decision`, or of a request; default: the newest refusal',
    )
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .option('--world <ID>', 'world of the request; default: the world of the URL, or the default world')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .addOption(flagOf('tls', OPTIONS.tls))
    .action(async (id: string | undefined, { url, world, ...flags }: FlagTexts & WorldFlags) =>
      (await import('./why.ts')).why(withSwitches(flags), { id: id ?? null, url: url ?? null, world: world ?? null }),
    );
}

function addVerify(root: Command): void {
  root
    .command('verify')
    .description(
      "compare a vendor's OpenAPI document with the mock, or recorded traffic with the documents of the mock or with that one: exit 0 if they agree, otherwise 1",
    )
    .option('--spec <FILE|URL>', "the vendor's document, JSON or YAML")
    .option('--har <FILE>', 'recorded traffic: an HTTP Archive, as browsers and proxies export it')
    .option('--journal', 'recorded traffic: the journal of the running server')
    .option('--document <NAME>', 'document of the mock to compare with, such as runai.2.24; default: the best match')
    .option('--service <NAME>', 'service to compare with, in the version that the configuration names')
    .option('--baseline <FILE>', 'accepted differences, each with a reason')
    .option('--update-baseline', 'write the differences to the baseline; known ones keep their reasons')
    .option('--base-path <PATH>', 'with --har or --journal: what the recorded paths begin with, such as /proxy')
    .option('--all', 'a line for every place of a difference, not one for each change')
    .option('--json', 'as JSON')
    .option('--junit <FILE>', 'write the result about traffic as JUnit XML, too')
    .option('--url <URL>', 'with --journal: URL of the server or of a world; default: the server on this machine')
    .option('--world <ID>', 'with --journal: the world; default: the world of the URL, or the default world')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .addOption(flagOf('runai', OPTIONS.runai))
    .addOption(flagOf('air', OPTIONS.air))
    .addOption(flagOf('nvcf', OPTIONS.nvcf))
    .action(async (flags: FlagTexts & VerifyFlags) => (await import('@nv-auth-mock/conformance')).verify(flags));
}

function addDoctor(root: Command): void {
  root
    .command('doctor')
    .description("check a running mock from its client's machine, and explain how to fix errors")
    .option('--url <URL>', 'URL that the client uses; default: the server on this machine')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .option('--world <ID>', 'world that the client uses; default: the world of the URL, or the default world')
    .action(async ({ url, world, ...flags }: FlagTexts & WorldFlags) => {
      const server = await (await import('./running.ts')).runningServer(flags);
      await (await import('./doctor.ts')).doctor(url ?? server.url, server.headers, world ?? null);
    });
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
    .description('print the uses of each credential of the running server, and the rights it holds beyond them')
    .option('--url <URL>', 'URL of the server or of a world; default: the server on this machine')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .option('--principal <NAME>', 'only this principal, by id, name, client id or e-mail address')
    .option('--world <ID>', 'world to report; default: the world of the URL, or the default world')
    .option('--fail-on <WHAT>', 'exit 1 if there are such rights: `unused`, `broader`, or both with a comma')
    .option('--json', 'as JSON')
    .action(async ({ principal, url, world, failOn, json, ...flags }: FlagTexts & ReportFlags) =>
      (await import('./report.ts')).report(flags, {
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
    .description(
      'compare the answers of the real service with those of the running mock: exit 0 if they agree, otherwise 1',
    )
    .requiredOption('--against <URL>', 'the real service; its credential comes from NV_AUTH_MOCK_COMPARE_TOKEN')
    .addOption(
      // Those that every server has.
      new Flag('--service <NAME>', 'the API')
        .choices(MANIFESTS.filter(({ isServed }) => isServed === undefined).map(({ name }) => name))
        .default('runai'),
    )
    .option('--from <SOURCE>', 'requests: `cast` (examples of the document), `journal`, or an HTTP Archive', 'cast')
    .option('--org <NAME>', 'organisation (or realm) of the real account, in place of the one in the requests')
    .option('--write', 'also send requests that write: only to what the comparison made, which is deleted afterwards')
    .option('--dry-run', 'print the requests, and send none')
    .option('--report <FILE>', 'write the report to a file')
    .option('--patience <DURATION>', 'wait this long in all until reads after writes are as in the mock', '10s')
    .option('--json', 'as JSON')
    .option('--url <URL>', 'URL of the mock or of a world; default: the server on this machine')
    .option('--world <ID>', 'world of the mock; default: the world of the URL, or the default world')
    .addOption(flagOf('port', OPTIONS.port))
    .addOption(flagOf('host', OPTIONS.host))
    .addOption(flagOf('adminToken', OPTIONS.adminToken))
    .action(async (flags: FlagTexts & CompareFlags) => {
      const { port, host, adminToken, ...given } = flags;
      const others = Object.fromEntries(
        Object.entries({ port, host, adminToken }).filter(([, text]) => text !== undefined),
      );
      await (await import('@nv-auth-mock/conformance')).compare(given, others);
    });
}

function addInit(root: Command): void {
  root
    .command('init')
    .description('write a first test, a compose file, a seed or AGENTS.md into a project; it overwrites nothing')
    .argument('[DIR]', 'folder of the project', '.')
    .option(
      '--kind <KIND>',
      'what to write: vitest, jest, node, pytest, go, compose, seed or agents; repeatable; default: it asks',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .action(async (dir: string, { kind = [] }: { readonly kind?: readonly string[] }) =>
      (await import('./init.ts')).init(dir, kind),
    );
}

function flagOf(name: string, option: Option): Flag {
  const { short, argument, repeatable, description, fallback } = option;
  const long = `--${flagName(name)}`;
  const value = argument === undefined ? '' : ` <${argument}>`;
  const shown =
    fallback === null || argument === undefined || Array.isArray(fallback) ? '' : ` (default: ${shownDefault(option)})`;
  const flag = new Flag(`${short === undefined ? '' : `-${short}, `}${long}${value}`, `${description}${shown}`);
  return repeatable === true
    ? flag.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text])
    : flag;
}

function shownDefault({ fallback, show }: Option): string {
  if (show !== undefined) return show(fallback);
  return typeof fallback === 'boolean' ? (fallback ? 'on' : 'off') : String(fallback);
}

/** A switch that is set is `true`; everything else is text. */
function withSwitches(flags: FlagTexts): FlagTexts {
  const texts = Object.entries(flags).map(([name, given]) => [name, (given as unknown) === true ? 'on' : given]);
  return Object.fromEntries(texts);
}

function checkCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith('-') || isOneOf(COMMANDS, word)) return;
  if (REMOVED_COMMANDS.includes(word)) {
    const instead =
      'Download a snapshot of each world (`GET /_mock/snapshots/{id}/file`), and upload it to the other server, or start it with `--snapshot FILE`';
    throw new Unusable(`There is no command \`${word}\` any more. ${instead}.`);
  }
  throw new Unusable(`Unknown command \`${showValue(word)}\`. Did you mean \`${findNearest(word, COMMANDS)}\`?`);
}

/** Commander suggests only very similar flags, of any command. This always suggests a flag of this command. */
function withAdvice(command: Command) {
  return ({ code, message, exitCode }: CommanderError): never => {
    if (exitCode === 0) throw new CommanderError(exitCode, code, message);
    const said = message
      .replace(/^error: /, '')
      .replace(/(?<= argument ').*(?=' is invalid)/s, showValue)
      .replace(/\n.*$/s, '');
    // Without its value, which may be secret.
    const given = /'(--?[^'=]+)/.exec(said)?.[1];
    if (code === 'commander.excessArguments') {
      const first = command.args[command.registeredArguments.length] ?? '';
      throw new Unusable(
        `\`${command.name()}\` accepts only ${command.registeredArguments.length > 0 ? 'one argument and flags' : 'flags'}, but got \`${showValue(first)}\`. Is the value of the previous flag missing?`,
      );
    }
    if (code === 'commander.optionMissingArgument') {
      const wanted = command.options.find(({ flags }) => said.includes(`'${flags}'`));
      const [flag, value] = [wanted?.long ?? given, wanted?.flags.split(' ').at(-1)];
      throw new Unusable(`${flag} has no value. Give one, as in \`${flag} ${value}\`: ${wanted?.description}.`);
    }
    if (code !== 'commander.unknownOption' || given === undefined) throw new Unusable(said.replace(/\.?$/, '.'));
    const flags = [...command.options.map(({ long }) => String(long)), '--help'];
    throw new Unusable(refuseName(`flag \`${given}\``, given, flags, (option) => `--${flagName(option)}`));
  };
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  if (thrown instanceof Unusable) {
    process.stderr.write(`nv-auth-mock: ${thrown.message}\n`);
    return MENDABLE;
  }
  process.stderr.write(`nv-auth-mock: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return 1;
}
