/** Stand-ins for `denoise` that a test controls. */
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { makeGate } from '../support/gate.js';
import { heartbeating, untilCancelled } from './fake-machine.js';
import { sampleRendition } from './samples.js';

type Which = (request: RenditionRequest) => boolean;
const all: Which = () => true;

/** Fails as for NaN, for all images or those that `fails` selects, until it is mended. */
export function brokenDevice(fails: Which = all) {
  let isBroken = true;
  return {
    denoise: async (request: RenditionRequest): Promise<Rendition> => {
      if (isBroken && fails(request))
        throw ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);
      return sampleRendition(request);
    },
    mend: () => {
      isBroken = false;
    },
  };
}

/** Completes its images, all or those that `waits` selects, when the test releases it. */
export function heldDevice(waits: Which = all) {
  const { open, release } = makeGate();
  return {
    denoise: async (request: RenditionRequest): Promise<Rendition> => {
      if (waits(request)) await heartbeating(open);
      return sampleRendition(request);
    },
    release,
  };
}

/** Never completes its images, all or those that `waits` selects: it works on them until they are cancelled. */
export function endlessDevice(waits: Which = all) {
  let [running, stopped] = [0, 0];
  return {
    denoise: async (request: RenditionRequest): Promise<Rendition> => {
      if (!waits(request)) return sampleRendition(request);
      running += 1;
      try {
        return await untilCancelled();
      } finally {
        running -= 1;
        stopped += 1;
      }
    },
    /** Number of images that it works on now, and number of images that were cancelled. */
    running: () => running,
    stopped: () => stopped,
  };
}
