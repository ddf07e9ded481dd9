/**
 * The environment of a process that computes images. It needs no secrets; and glibc's allocator is set for tensors of some megabytes,
 * which are made and freed thousands of times a step: large ones are given back at once, instead of leaving a heap full of holes, and
 * are made of large pages, so that the kernel has little to do for them. SDXL's UNet at 1024×1024 takes 0.9 GiB beside its weights so,
 * and 9.2 without. Other allocators ignore the variable, and one that is set already stays.
 */
import { withoutSecrets } from './without-secrets.js';

/** Bytes from which an allocation is a mapping of its own. */
const LARGE = 16 * 2 ** 20;

export const engineEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  GLIBC_TUNABLES: `glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=${LARGE}`,
  ...withoutSecrets(own),
});
