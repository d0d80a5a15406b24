import type { Schema } from '../../contract/documented.ts';
import type { Logins } from '../../contract/service.ts';
import { ownHostsOf } from '../../http/mount.ts';
import type { Routes } from '../../http/routes.ts';
import type { Server } from '../../http/server.ts';
import type { KnownNames } from '../../journal/check.ts';
import type { StateMemory } from '../../store/state-memory.ts';
import type { StoredWorlds } from '../../store/stored-worlds.ts';
import type { Worlds } from '../../worlds/registry.ts';
import type { Snapshots } from '../../worlds/snapshots.ts';

/** The server that the control API describes and changes. */
export interface ControlledServer {
  readonly server: Server;
  readonly version: string;
  /** The values of the options without secrets, and where each comes from, by flag. */
  readonly configuration: Schema<'control', 'Info'>['configuration'];
  /** The settings of the default world and the server in one line, as the start prints them. */
  readonly posture: () => Promise<string>;
  readonly storage: StoredWorlds;
  readonly memory: StateMemory;
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
  /** Those of the control API are among them, so they exist only when a request arrives. */
  readonly routes: () => Routes;
}

export function loginsOf({ server }: ControlledServer): Logins {
  const [first] = server.services.flatMap(({ logins }) => logins ?? []);
  if (first === undefined) throw new Error('no service has logins of users');
  return first;
}

/** Returns the names that request matchers can use. No document has the operations of hosts, so they are added. */
export function listKnownNames({ server: { services, reasons }, routes }: ControlledServer): KnownNames {
  const operations = services.flatMap((service) => {
    const documented = routes()
      .operationsOf(service.name)
      .map(({ id, method, path }) => ({ id, method, path }));
    const hostOperations = ownHostsOf(service).map(({ operation }) => ({ id: operation, method: '*', path: null }));
    return [...documented, ...hostOperations].map((operation) => ({ service: service.name, ...operation }));
  });
  return { operations, reasons: Object.keys(reasons) };
}
