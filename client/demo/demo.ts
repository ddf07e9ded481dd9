/**
 * `pregen demo`: from nothing to pictures. Brings up the development stack (unless everything is stored already),
 * generates the demo show, and makes a contact sheet. On a terminal the stack stays up until Ctrl-C.
 */
import { resolve } from 'node:path';
import type { DevStack } from '../../domain/dev-stack.js';
import { packageFile } from '../../package/package-files.js';
import { clearDemo } from '../demo/clear-demo.js';
import { withGallery } from '../demo/demo-gallery.js';
import { type Staying, whatNext, whereImagesAre, writeContactSheet } from '../demo/demo-report.js';
import { findRunningStack, readStackFile } from '../dev/running-stack.js';
import { type StackProcess, startDevStack } from '../dev/start-dev-stack.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { refuseAbsentModels } from '../plan/absent-models.js';
import { type PlanTotals, reportPlan } from '../plan/plan-report.js';
import { CommandError } from '../terminal/describe-error.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** The demo has a database and a spool of its own, so that `--fresh` can remove them without harm to other work. */
const FOLDER = 'pregen-dev/demo';
const CONTACT_SHEET = 'pregen-dev/demo-contact-sheet.png';

export async function demo({ fresh }: { readonly fresh: boolean }, output: Output): Promise<ExitCode> {
  // The demo's model lies beside its show, wherever this machine keeps others; the workers to come inherit this.
  delete process.env.PREGEN_MODELS;
  const loaded = await loadShow(packageFile('shows', 'demo', 'show.yaml'));
  refuseAbsentModels(loaded);
  if (fresh) await startOver(loaded, output);
  const { totals } = await reportPlan(loaded);
  if (totals.toGenerate > 0) return generate(loaded, totals, output);
  await report(loaded, `All ${totals.variants} variants of the demo show are stored.`, undefined, output);
  return EXIT.done;
}

async function startOver(loaded: LoadedShow, output: Output): Promise<void> {
  const running = await findRunningStack(FOLDER);
  if (running !== undefined)
    throw new CommandError(
      `The demo is running already (process ${running.pid}); stop it with Ctrl-C in its terminal first.`,
    );
  await clearDemo(loaded, resolve(FOLDER), output);
}

async function generate(loaded: LoadedShow, totals: PlanTotals, output: Output): Promise<ExitCode> {
  output.note(
    `The demo show has ${totals.variants} variants of ${totals.cues} cues, ${totals.toGenerate} still to generate. ` +
      'Starting Temporal and the workers …',
  );
  const stackProcess = startDevStack(['--folder', FOLDER], output.note);
  const stop = stopOnSignal(stackProcess);
  try {
    const stack = await stackProcess.ready;
    return await withGallery(stack, output, async (galleryUrl) => {
      const code = await runShow(withStoreOf(loaded, stack), { stack, galleryUrl }, stop, output);
      if (output.live) await untilStopped(stop, stackProcess, output);
      return code;
    });
  } catch (error) {
    if (!stop.aborted) throw error;
    output.note('Stopped. Run the demo again, and it goes on where it was.');
    return EXIT.failed;
  } finally {
    if (!stop.aborted) stackProcess.stop();
    await stackProcess.ended;
  }
}

async function runShow(
  loaded: LoadedShow,
  { stack, galleryUrl }: Staying,
  stop: AbortSignal,
  output: Output,
): Promise<ExitCode> {
  const { withTemporal } = await import('../temporal/connect.js');
  const { startShow } = await import('../show/start-show.js');
  const { describeResult, exitCodeOf } = await import('../watch/report-result.js');
  const { watchShow } = await import('../watch/watch-show.js');
  const result = await withTemporal(async (session) => {
    await startShow(session, loaded);
    return watchShow(session.client, loaded, output, stop);
  }, stack);
  const staying = output.live ? { stack: await stackNow(stack), galleryUrl } : undefined;
  await report(loaded, describeResult(result), staying, output);
  return exitCodeOf(result);
}

/** `staying`: what is still there after the report. */
async function report(
  loaded: LoadedShow,
  words: string,
  staying: Staying | undefined,
  output: Output,
): Promise<void> {
  const contactSheet = resolve(CONTACT_SHEET);
  await writeContactSheet(loaded, contactSheet);
  const { totals } = await reportPlan(loaded);
  output.result(
    { totals, contactSheet, images: whereImagesAre(loaded), uiUrl: staying?.stack.uiUrl ?? null },
    `${words}\n${whatNext(loaded, contactSheet, FOLDER, staying)}`,
  );
}

/** Processes that died meanwhile have successors. */
const stackNow = async (stack: DevStack): Promise<DevStack> => (await readStackFile(FOLDER)) ?? stack;

/** A stack may keep its store elsewhere than this process would. */
const withStoreOf = (loaded: LoadedShow, { store }: DevStack): LoadedShow => ({
  ...loaded,
  configuration: { ...loaded.configuration, store },
});

/** Aborts at the first Ctrl-C or SIGTERM, which also stops the stack; a second one stops it at once. */
function stopOnSignal(stack: StackProcess): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
    stack.stop();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return controller.signal;
}

async function untilStopped(stop: AbortSignal, stack: StackProcess, output: Output): Promise<void> {
  if (stop.aborted) return;
  output.note('\nThe gallery, the Web UI and the workers stay up until Ctrl-C.');
  await Promise.race([
    stack.ended,
    new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve())),
  ]);
}
