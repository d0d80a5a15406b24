import { IMAGE_HISTORY, IMAGE_PUBLISH_ACCESS_RECORDS, IMAGE_SHARES, IMAGES } from './images.ts';
import { FLEETS, WORKER_CERTIFICATES, WORKERS } from './infra.ts';
import { MANIFESTS, OS_IMAGE_MANIFESTS, OS_TEMPLATES, PLATFORM_INFORMATION, PLUGIN_IMAGES } from './manifests.ts';
import { DEMO_HISTORY, DEMO_PUBLISH_ACCESS_RECORDS, DEMO_TAGS, DEMOS } from './marketplace.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODE_HISTORY, NODES, SERVICES, SYSTEM_NODES } from './network.ts';
import { FEEDBACK, RESOURCE_BUDGETS, SSH_KEYS, USERCONFIGS } from './people.ts';
import type { AirResource } from './resource.ts';
import { CHECKPOINTS, HISTORIES, RUNS, SIMULATION_HISTORY, SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './simulations.ts';
import { TRAININGS } from './trainings.ts';

/** Every resource of Air, one per line. */
const TABLES = [
  SIMULATIONS,
  SIMULATION_ZTP_SCRIPT,
  SIMULATION_HISTORY,
  HISTORIES,
  NODES,
  NODE_HISTORY,
  INTERFACES,
  LINKS,
  SERVICES,
  INSTRUCTIONS,
  CHECKPOINTS,
  RUNS,
  USERCONFIGS,
  IMAGES,
  IMAGE_HISTORY,
  IMAGE_PUBLISH_ACCESS_RECORDS,
  IMAGE_SHARES,
  DEMOS,
  DEMO_HISTORY,
  DEMO_PUBLISH_ACCESS_RECORDS,
  DEMO_TAGS,
  TRAININGS,
  RESOURCE_BUDGETS,
  SSH_KEYS,
  SYSTEM_NODES,
  FLEETS,
  WORKERS,
  WORKER_CERTIFICATES,
  MANIFESTS,
  PLUGIN_IMAGES,
  OS_IMAGE_MANIFESTS,
  OS_TEMPLATES,
  PLATFORM_INFORMATION,
  FEEDBACK,
] as const;

export const RESOURCES: readonly AirResource[] = TABLES;

/** The table of a resource, with the literal types of its members. */
export type LiteralTable<Name extends string> = Extract<(typeof TABLES)[number], { readonly name: Name }>;
