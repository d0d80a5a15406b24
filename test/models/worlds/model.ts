import { START } from '../../support/server.ts';
import { byText } from '../sorted.ts';

/** The server's own world, and those that can be made. */
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

/** What is in a world, and what a snapshot of it has. */
export interface Content {
  readonly keys: Key[];
  readonly apps: App[];
  mode: 'off' | 'fixed';
  /** How far its clock is ahead of the machine's. */
  ahead: number;
}

/** What a world is made from. */
export interface Origin {
  readonly credentials: Credentials;
  /** The seed that it is reset to, by the world whose credentials are in it; null: by nobody's. */
  readonly seed: string | null;
}

export interface World extends Content, Origin {
  readonly name: Name;
}

export interface Snapshot extends Content, Origin {
  /** How many there were when it was asked for. */
  readonly turn: number;
  readonly id: string;
  readonly of: Name;
  readonly at: number;
}

export const nothing = (): Content => ({ keys: [], apps: [], mode: 'off', ahead: 0 });

export function contentOf({ keys, apps, mode, ahead }: Content): Content {
  return structuredClone({ keys, apps, mode, ahead });
}

/** Worlds, what each of them holds, and the snapshots that were taken of them. */
export class Worlds {
  /** What the machine's clock shows. */
  real = START;
  worlds: World[] = [];
  snapshots: Snapshot[] = [];
  /** Every text that a key ever had, and every secret of an application, in any world. */
  readonly texts: string[] = [];
  readonly logins: Pick<App, 'clientId' | 'secret'>[] = [];
  /** Worlds that the server makes at its start. */
  readonly named: readonly Name[];

  constructor(named: readonly Name[]) {
    this.named = named;
    this.worlds = [{ name: 'default', credentials: 'cast', seed: null, ...nothing() }];
    this.snapshots = [];
    this.start();
  }

  /** A start makes the worlds that it names and that are not there. */
  start(): void {
    for (const name of this.named)
      if (this.find(name) === undefined) this.make(name, { credentials: 'own', seed: null });
  }

  find(name: Name): World | undefined {
    return this.worlds.find((world) => world.name === name);
  }

  snapshot(id: string): Snapshot | undefined {
    return this.snapshots.find((one) => one.id === id);
  }

  make(name: Name, origin: Origin, content: Content = nothing()): void {
    this.worlds.push({ name, ...origin, ...content });
    this.worlds.sort((one, other) => byText(one.name, other.name));
  }

  /** What a copy is made from: as it is, or with credentials of its own. */
  originOf(source: Origin & { readonly name: Name }, credentials: Credentials): Origin {
    const isOwn = credentials === 'own' || source.credentials === 'cast';
    return { credentials, seed: isOwn ? source.seed : `${source.seed ?? ''} with the credentials of ${source.name}` };
  }

  addKey(world: World, key: Key): void {
    world.keys.push(key);
    world.keys.sort((one, other) => byText(one.id, other.id));
    this.knowText(key.text);
  }

  addApp(world: World, app: App): void {
    world.apps.push(app);
    world.apps.sort((one, other) => byText(one.id, other.id));
    this.knowLogin(app);
  }

  knowText(text: string): void {
    if (!this.texts.includes(text)) this.texts.push(text);
    this.texts.sort();
  }

  knowLogin({ clientId, secret }: App): void {
    if (!this.logins.some((one) => one.secret === secret)) this.logins.push({ clientId, secret });
    this.logins.sort((one, other) => byText(one.secret, other.secret));
  }

  /** The world that a key by itself leads to. */
  worldOfKey(text: string): World {
    return this.only(({ keys }) => keys.some((key) => key.text === text));
  }

  /** The world that a client id by itself leads to. */
  worldOfClient(clientId: string): World {
    return this.only(({ apps }) => apps.some((app) => app.clientId === clientId || app.name === clientId));
  }

  /** The only world that has something, or else the default one. */
  private only(has: (world: World) => boolean): World {
    const [one, ...others] = this.worlds.filter(has);
    return one !== undefined && others.length === 0 ? one : (this.find('default') as World);
  }
}
