/**
 * How every command is declared: a sentence, `--json`, an example under `--help`, and usage errors that end with
 * exit code 2.
 */
import type { Command } from 'commander';

/** Adds a command. `signature` is commander's: name and arguments. */
export function declare(parent: Command, signature: string, sentence: string, example: string): Command {
  return parent
    .command(signature)
    .description(sentence)
    .option('--json', 'print one JSON value for machines')
    .addHelpText('after', `\nExample:\n  $ pregen ${example}`)
    .allowExcessArguments(false)
    .exitOverride();
}

/** Adds a command that only groups others. */
export function declareGroup(parent: Command, name: string, sentence: string): Command {
  return parent.command(name).description(sentence).helpCommand(false).exitOverride();
}
