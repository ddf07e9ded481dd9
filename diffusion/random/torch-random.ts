/**
 * torch's CPU random generator, so that a seed gives the noise that diffusers draws. Sources:
 * ATen/core/MT19937RNGEngine.h, ATen/core/DistributionsHelper.h, ATen/native/cpu/DistributionTemplates.h.
 * Differences to torch's vectorised log, sin and cos stay below 1e-6.
 */
import type { RandomGenerator } from './generator.js';

const STATE_SIZE = 624; // N of MT19937
const MIDDLE = 397; // M of MT19937
const TWO_PI = Math.fround(2 * Math.PI);

/** `torch.Generator('cpu').manual_seed(seed)`. */
export class TorchGenerator implements RandomGenerator {
  private readonly state = new Uint32Array(STATE_SIZE);
  private next = STATE_SIZE;
  /** Second value of the last Box-Muller pair of the scalar path; torch keeps it in the generator, too. */
  private cachedNormal: number | undefined;

  /** @param seed a non-negative safe integer; torch's engine uses its lower 32 bits. */
  constructor(seed: number) {
    this.state[0] = seed % 2 ** 32;
    for (let j = 1; j < STATE_SIZE; j++) {
      const previous = this.at(j - 1);
      this.state[j] = Math.imul(1812433253, previous ^ (previous >>> 30)) + j;
    }
  }

  /**
   * `torch.randn(count, generator=this)` in float32: standard normal values. From 16 values on torch fills
   * blocks of 16, below that it draws pairs of doubles.
   */
  randn(count: number): Float32Array {
    const values = new Float32Array(count);
    if (count < 16) return values.map(() => this.normalDouble());
    for (let i = 0; i < count; i++) values[i] = this.uniformFloat();
    for (let i = 0; i + 16 <= count; i += 16) normalFill16(values, i);
    if (count % 16 !== 0) this.refillTail(values);
    return values;
  }

  /** A size that 16 does not divide: torch draws its last 16 values again. */
  private refillTail(values: Float32Array): void {
    const start = values.length - 16;
    for (let i = start; i < values.length; i++) values[i] = this.uniformFloat();
    normalFill16(values, start);
  }

  private normalDouble(): number {
    if (this.cachedNormal !== undefined) {
      const cached = this.cachedNormal;
      this.cachedNormal = undefined;
      return cached;
    }
    const u1 = this.uniformDouble();
    const u2 = this.uniformDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /** 24 random bits in [0, 1). */
  private uniformFloat(): number {
    return (this.random32() & 0xffffff) / 2 ** 24;
  }

  /** 53 random bits in [0, 1): the first draw holds the upper word. */
  private uniformDouble(): number {
    const high = this.random32() & 0x1fffff;
    return (high * 2 ** 32 + this.random32()) / 2 ** 53;
  }

  private random32(): number {
    if (this.next === STATE_SIZE) this.twist();
    let y = this.at(this.next++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private twist(): void {
    for (let k = 0; k < STATE_SIZE; k++) {
      const y = (this.at(k) & 0x80000000) | (this.at((k + 1) % STATE_SIZE) & 0x7fffffff);
      this.state[k] = this.at((k + MIDDLE) % STATE_SIZE) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }

  private at(index: number): number {
    return this.state[index] ?? 0;
  }
}

/** Box-Muller over 16 uniform values: the first 8 give radii, the last 8 angles (`normal_fill_16`). */
function normalFill16(values: Float32Array, start: number): void {
  for (let j = start; j < start + 8; j++) {
    const u1 = 1 - (values[j] ?? 0); // (0, 1] keeps the logarithm finite
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(u1)))));
    const theta = Math.fround(TWO_PI * (values[j + 8] ?? 0));
    values[j] = radius * Math.fround(Math.cos(theta));
    values[j + 8] = radius * Math.fround(Math.sin(theta));
  }
}
