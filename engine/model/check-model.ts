/**
 * `node dist/engine/model/check-model.js PLACE OPTIONS`: loads one model as the engine would, LoRAs merged, says so as one JSON line
 * and ends. PLACE is a `ModelPlace` as JSON. A process of its own, because native code that fails may take its process with it.
 */
import { type LoadOptions, ModelError } from '../../diffusion/index.js';
import { isDiskFull } from '../../domain/system-error.js';
import { type ModelPlace, openModel } from '../merged/open-model.js';

const [place = '{}', options = '{}'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await check(JSON.parse(place), JSON.parse(options)))}\n`);

async function check(place: ModelPlace, loadOptions: LoadOptions): Promise<object> {
  try {
    const model = await openModel(place, loadOptions);
    const { family, pipeline, scheduler } = model.info;
    await model.dispose();
    return { family, pipeline, scheduler };
  } catch (error) {
    if (error instanceof ModelError) return { problem: error.message };
    if (error instanceof Error && isDiskFull(error)) return { problem: error.message };
    throw error;
  }
}
