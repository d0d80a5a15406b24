import { Command, Option as Flag } from 'commander';
import { type Config, formatFlagName, OPTIONS } from '../app/options.ts';
import type { Option } from '../contract/option.ts';
import { UserError } from '../lib/errors.ts';
import { describeUnknownName } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';

/** Errors about arguments are `UserError`s with advice: Commander repeats values, which may be secret. */
export class AdvisingCommand extends Command {
  override createCommand(name?: string): AdvisingCommand {
    return new AdvisingCommand(name);
  }

  addServerOptions(names: readonly (keyof Config)[]): this {
    for (const name of names) this.addOption(createFlag(name, OPTIONS[name]));
    return this;
  }

  addChoice(flags: string, description: string, values: readonly string[], fallback: string): this {
    const flag = new Flag(flags, description).choices(values).default(fallback);
    return this.addOption(
      flag.argParser((text) => {
        if (values.includes(text)) return text;
        const allowed = values.join(', ');
        throw new UserError(
          `option '${flags}' argument '${showValue(text)}' is invalid. Allowed choices are ${allowed}.`,
        );
      }),
    );
  }

  /** Checks the first argument: Commander would take an unknown name for an argument of the default command. */
  checkSubcommand(word: string | undefined): void {
    const names = [...this.commands.map((command) => command.name()), 'help'];
    if (word === undefined || word.startsWith('-') || names.includes(word)) return;
    throw new UserError(describeUnknownName(`command \`${showValue(word)}\``, word, names));
  }

  // Commander calls the following methods, which its types lack.

  unknownOption(flag: string): never {
    // Only the name: what follows `=`, a quote or a line break may be secret.
    const [name = ''] = flag.split(/[='\n]/);
    const validFlags = [...this.options.map(({ long }) => String(long)), '--help'];
    throw new UserError(describeUnknownName(`flag \`${name}\``, name, validFlags));
  }

  optionMissingArgument({ long, flags, description }: Flag): never {
    // `flags` ends with the name of the value: `-p, --port <N>`.
    throw new UserError(`${long} has no value. Expected \`${long} ${flags.split(' ').at(-1)}\`: ${description}.`);
  }

  missingMandatoryOptionValue({ flags }: Flag): never {
    throw new UserError(`required option '${flags}' not specified.`);
  }

  _excessArguments(words: readonly string[]): never {
    const { length: accepted } = this.registeredArguments;
    throw new UserError(
      `\`${this.name()}\` accepts only ${accepted > 0 ? 'one argument and flags' : 'flags'}, but got \`${showValue(words[accepted] ?? '')}\`. Is the value of the previous flag missing?`,
    );
  }
}

export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function createFlag(name: string, option: Option): Flag {
  const { short, argument, repeatable, description, fallback } = option;
  const long = `--${formatFlagName(name)}`;
  const value = argument === undefined ? '' : ` <${argument}>`;
  const hasShownDefault = fallback !== null && argument !== undefined && !Array.isArray(fallback);
  const defaultText = hasShownDefault ? ` (default: ${formatDefault(option)})` : '';
  const flag = new Flag(`${short === undefined ? '' : `-${short}, `}${long}${value}`, `${description}${defaultText}`);
  if (argument === undefined) flag.preset('on');
  return repeatable === true ? flag.argParser(collect) : flag;
}

function formatDefault({ fallback, show }: Option): string {
  if (show !== undefined) return show(fallback);
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return String(fallback);
}
