/**
 * The WebGPU execution provider on a software Vulkan driver, Chromium's SwiftShader, gives the same image as the CPU; without a
 * driver it gives an error that says what is needed. Skipped if that Chromium is not installed. It does not test speed or accuracy of
 * a real GPU.
 */
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePicture } from '../../engine/files/png.js';
import { pregen } from '../support/pregen.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { GOLDENS } from './goldens.js';

const CHROMIUM = '/usr/lib/chromium';
const [LOADER, DRIVER] = [join(CHROMIUM, 'libvulkan.so.1'), join(CHROMIUM, 'vk_swiftshader_icd.json')];
const canRun = process.platform === 'linux' && [LOADER, DRIVER].every((file) => existsSync(file));
/** Shaders for every operator are compiled in software. */
const TIMEOUT_MS = 600_000;

it.skipIf(!canRun)(
  'makes the image of the CPU',
  async () => {
    const cwd = await temporaryFolder();
    await symlink(LOADER, join(cwd, 'libvulkan.so.1'));
    const env = { LD_LIBRARY_PATH: cwd, VK_ICD_FILENAMES: DRIVER };
    const [onCpu, onGpu] = await Promise.all(
      ['cpu', 'webgpu'].map(async (provider) => {
        const size = ['--width', '48', '--height', '64', '--steps', '2'];
        const options = ['--providers', provider, ...size, '--out', `${provider}.png`];
        const tried = ['model', 'try', join(GOLDENS, 'sd'), '--prompt', 'two boats', ...options];
        const { code, stderr } = await pregen(tried, { cwd, env });
        expect(code, stderr).toBe(0);
        return decodePicture(await readFile(join(cwd, `${provider}.png`)));
      }),
    );
    const off = onCpu?.data.map((value, i) => Math.abs(value - (onGpu?.data[i] ?? 0))) ?? [255];
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  },
  TIMEOUT_MS,
);

it.each([
  ['webgpu', 'it needs a GPU driver with Vulkan'],
  ['cuda', 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node'],
])('says what %s needs where it cannot be loaded', async (provider, remedy) => {
  const cwd = await temporaryFolder();
  const { code, stdout } = await pregen(['model', 'inspect', join(GOLDENS, 'sd'), '--providers', provider], {
    cwd,
    env: { VK_ICD_FILENAMES: '/nowhere.json', CUDA_VISIBLE_DEVICES: '-1' },
  });
  if (code === 0) return; // a machine with that device, driver and library
  expect(stdout).toContain(`the execution provider "${provider}" cannot be loaded: `);
  expect(stdout).toContain(remedy);
});
