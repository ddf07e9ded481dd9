/**
 * `node dist/engine/model/check-model.js DIRECTORY OPTIONS`: loads one model as the engine would, says so as one JSON
 * line and ends. A process of its own, because native code that fails may take its process with it.
 */
import { type LoadOptions, loadModel, ModelError } from '../../diffusion/index.js';

const [directory = '', options = '{}'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await check(directory, JSON.parse(options)))}\n`);

async function check(modelDirectory: string, loadOptions: LoadOptions): Promise<object> {
  try {
    const model = await loadModel(modelDirectory, loadOptions);
    const { family, pipeline, scheduler } = model.info;
    await model.dispose();
    return { family, pipeline, scheduler };
  } catch (error) {
    if (error instanceof ModelError) return { problem: error.message };
    throw error;
  }
}
