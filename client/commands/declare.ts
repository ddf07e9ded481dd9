/**
 * How every command is declared: a sentence, `--json`, an example under `--help`, and usage errors that end with
 * exit code 2.
 */
import type { Command } from 'commander';

/** What the arguments of signatures are, wherever they occur. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  file: 'the show file',
  show: 'the show file, or the address of a show on a web server',
  cue: 'id of a cue, as "show plan" lists them',
  folder: 'the folder to write',
  directory: 'a model directory in the layout of diffusers',
};

/** Adds a command. `signature` is commander's: name and arguments. */
export function declare(parent: Command, signature: string, sentence: string, example: string): Command {
  const command = parent
    .command(signature)
    .description(sentence)
    .option('--json', 'print one JSON value for machines')
    .addHelpText('after', `\nExample:\n  $ pregen ${example}`)
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .exitOverride();
  for (const argument of command.registeredArguments)
    argument.description ||= ARGUMENTS[argument.name()] ?? '';
  return command;
}

/** Adds a command that only groups others. */
export function declareGroup(parent: Command, name: string, sentence: string): Command {
  return parent
    .command(name)
    .description(sentence)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride();
}
