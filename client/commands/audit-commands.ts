/**
 * The command that says whether a show is whole.
 */
import { type Command, Option } from 'commander';
import { given } from '../../domain/given.js';
import { runCommand } from '../terminal/frame.js';
import { declare } from './declare.js';
import { percentage } from './share.js';

interface AuditFlags {
  readonly json?: boolean;
  readonly deep?: boolean;
  readonly sample?: number;
  readonly repair?: boolean;
  readonly adopt?: boolean;
  readonly remoteModels?: boolean;
}

export function addAuditCommand(show: Command): void {
  declare(
    show,
    'audit <file>',
    'compare what a show should have with what is stored; exit code 1 if they differ',
    'show audit shows/demo/show.yaml --deep',
  )
    .addOption(new Option('--deep', 'read every object and decode every image as well').conflicts('sample'))
    .option('--sample <share>', 'the same for this share of the variants, like 5%', percentage)
    .option('--repair', 'generate exactly the variants concerned again')
    .option('--adopt', 'record what images of an earlier version were made from, as their PNGs tell it')
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action((file: string, { deep, sample, repair, adopt, remoteModels, ...options }: AuditFlags) =>
      runCommand(options, async (output) => {
        const { showAudit } = await import('../audit/show-audit.js');
        const share = deep === true ? 1 : (sample ?? 0);
        const chosen = given({ repair, adopt, remoteModels });
        return showAudit(file, { share, ...chosen }, output);
      }),
    );
}
