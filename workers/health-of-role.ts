/** What a process of each role needs to be ready. */
import type { Configuration } from '../domain/configuration.js';
import { devicePart, Health, type Part } from '../domain/health.js';
import type { Role } from './roles/role.js';

export const healthOf = (role: Role, { devices }: Pick<Configuration, 'devices'>): Health =>
  new Health({ parts: [...PARTS[role], ...(role === 'gpu' ? devices.map(devicePart) : [])] });

const PARTS: Readonly<Record<Role, readonly Part[]>> = {
  orchestrator: ['server', 'store'],
  gpu: ['server', 'store', 'spool'],
  uploader: ['server', 'store', 'spool'],
};
