import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { createDerivation } from '../tokens/derivation.ts';
import { deriveSeed, readCast, updateCast } from './seed/index.ts';

/** Creates the current cast of a world, without bearers. @param services all services except the control API */
export function createCast({ id, credentials, origin, clock }: World, services: readonly ServiceDefinition[]) {
  const seed = credentials === 'own' ? deriveSeed(origin, createDerivation(id)) : origin;
  return updateCast(readCast(seed, services), services, clock.now());
}
