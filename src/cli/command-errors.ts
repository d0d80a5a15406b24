import { type Command, CommanderError } from 'commander';
import { UserError } from '../diagnostics/user-error.ts';
import { isOneOf } from '../objects/members.ts';
import { describeUnknownName } from '../text/nearest.ts';
import { showValue } from '../text/redact.ts';

const COMMANDS = ['start', 'health', 'env', 'why', 'verify', 'report', 'compare', 'init', 'help'] as const;

/**
 * Checks the name of a command. Commander would take an unknown one for an argument of the default command.
 *
 * @param word the first argument; a flag or nothing stands for the default command
 * @throws UserError for an unknown command
 */
export function checkCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith('-') || isOneOf(COMMANDS, word)) return;
  throw new UserError(describeUnknownName(`command \`${showValue(word)}\``, word, COMMANDS));
}

/**
 * Returns a function that turns commander's error about the flags of a command into an error with advice. Commander
 * itself only suggests very similar flags, and also those of other commands.
 */
export function createFlagErrorHandler(command: Command): (error: CommanderError) => never {
  return ({ code, message, exitCode }) => {
    // Help and version are reported as errors with the exit code 0.
    if (exitCode === 0) throw new CommanderError(exitCode, code, message);
    const problem = simplifyMessage(message);
    if (code === 'commander.excessArguments') throw createExcessArgumentError(command);
    if (code === 'commander.optionMissingArgument') throw createMissingValueError(command, problem);
    const flag = readFlag(problem);
    if (code === 'commander.unknownOption' && flag !== undefined) throw createUnknownFlagError(command, flag);
    throw new UserError(problem.replace(/\.?$/, '.'));
  };
}

/** Returns the first line of commander's message, with a redacted value, because the value may be secret. */
function simplifyMessage(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/(?<= argument ').*(?=' is invalid)/s, showValue)
    .replace(/\n.*$/s, '');
}

/** Returns the flag that a message quotes, without a value that follows `=`, which may be secret. */
function readFlag(problem: string): string | undefined {
  return /'(--?[^'=]+)/.exec(problem)?.[1];
}

function createExcessArgumentError(command: Command): UserError {
  const { length: accepted } = command.registeredArguments;
  const excess = command.args[accepted] ?? '';
  return new UserError(
    `\`${command.name()}\` accepts only ${accepted > 0 ? 'one argument and flags' : 'flags'}, but got \`${showValue(excess)}\`. Is the value of the previous flag missing?`,
  );
}

function createMissingValueError(command: Command, problem: string): UserError {
  const option = command.options.find(({ flags }) => problem.includes(`'${flags}'`));
  const flag = option?.long ?? readFlag(problem);
  // `flags` ends with the name of the value: `-p, --port <N>`.
  const value = option?.flags.split(' ').at(-1);
  return new UserError(`${flag} has no value. Expected \`${flag} ${value}\`: ${option?.description}.`);
}

function createUnknownFlagError(command: Command, flag: string): UserError {
  const validFlags = [...command.options.map(({ long }) => String(long)), '--help'];
  return new UserError(describeUnknownName(`flag \`${flag}\``, flag, validFlags));
}
