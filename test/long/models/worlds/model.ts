import { START } from '../../../support/server.ts';
import { compareText } from '../sorted.ts';

/** The default world, and the worlds that can be created. */
export const NAMES = ['default', 'red', 'blue'] as const;
export type Name = (typeof NAMES)[number];
export type Credentials = 'own' | 'cast';

export interface Key {
  readonly id: string;
  readonly name: string;
  text: string;
}

/** An application: its name can be used as its client id. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly secret: string;
}

/** The content of a world or a snapshot. */
export interface Content {
  readonly keys: Key[];
  readonly apps: App[];
  mode: 'off' | 'fixed';
  /** The difference of its clock to the machine. */
  ahead: number;
}

/** The origin of a world. */
export interface Origin {
  readonly credentials: Credentials;
  /** The seed of a reset, named by the world of its credentials; null without own credentials. */
  readonly seed: string | null;
}

export interface World extends Content, Origin {
  readonly name: Name;
}

export interface Snapshot extends Content, Origin {
  /** The number of snapshots when it was requested. */
  readonly turn: number;
  readonly id: string;
  readonly of: Name;
  readonly at: number;
}

export const createEmptyContent = (): Content => ({ keys: [], apps: [], mode: 'off', ahead: 0 });

export function copyContent({ keys, apps, mode, ahead }: Content): Content {
  return structuredClone({ keys, apps, mode, ahead });
}

/** Worlds with their content and snapshots. */
export class Worlds {
  /** The time of the machine. */
  real = START;
  worlds: World[] = [];
  snapshots: Snapshot[] = [];
  /** All keys and secrets of applications of any world so far. */
  readonly texts: string[] = [];
  readonly logins: Pick<App, 'clientId' | 'secret'>[] = [];
  /** The worlds that the server creates at its start. */
  readonly named: readonly Name[];

  constructor(named: readonly Name[]) {
    this.named = named;
    this.worlds = [{ name: 'default', credentials: 'cast', seed: null, ...createEmptyContent() }];
    this.snapshots = [];
    this.start();
  }

  /** Creates the missing worlds of a start. */
  start(): void {
    for (const name of this.named)
      if (this.find(name) === undefined) this.make(name, { credentials: 'own', seed: null });
  }

  find(name: Name): World | undefined {
    return this.worlds.find((world) => world.name === name);
  }

  snapshot(id: string): Snapshot | undefined {
    return this.snapshots.find((snapshot) => snapshot.id === id);
  }

  make(name: Name, origin: Origin, content: Content = createEmptyContent()): void {
    this.worlds.push({ name, ...origin, ...content });
    this.worlds.sort((first, second) => compareText(first.name, second.name));
  }

  /** Returns the origin of a copy, as it is or with own credentials. */
  originOf(source: Origin & { readonly name: Name }, credentials: Credentials): Origin {
    const isOwn = credentials === 'own' || source.credentials === 'cast';
    return { credentials, seed: isOwn ? source.seed : `${source.seed ?? ''} with the credentials of ${source.name}` };
  }

  addKey(world: World, key: Key): void {
    world.keys.push(key);
    world.keys.sort((first, second) => compareText(first.id, second.id));
    this.rememberKey(key.text);
  }

  addApp(world: World, app: App): void {
    world.apps.push(app);
    world.apps.sort((first, second) => compareText(first.id, second.id));
    this.rememberLogin(app);
  }

  rememberKey(text: string): void {
    if (!this.texts.includes(text)) this.texts.push(text);
    this.texts.sort();
  }

  rememberLogin({ clientId, secret }: App): void {
    if (!this.logins.some((login) => login.secret === secret)) this.logins.push({ clientId, secret });
    this.logins.sort((first, second) => compareText(first.secret, second.secret));
  }

  /** Returns the world that a key selects. */
  worldOfKey(text: string): World {
    return this.only(({ keys }) => keys.some((key) => key.text === text));
  }

  /** Returns the world that a client id selects. */
  worldOfClient(clientId: string): World {
    return this.only(({ apps }) => apps.some((app) => app.clientId === clientId || app.name === clientId));
  }

  /** Returns the only world that matches, or else the default world. */
  private only(has: (world: World) => boolean): World {
    const [first, ...others] = this.worlds.filter(has);
    return first !== undefined && others.length === 0 ? first : (this.find('default') as World);
  }
}
