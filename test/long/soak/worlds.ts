import type { Send } from './traffic.ts';

/** Rows of each kind that a world keeps. */
const MAX_ROWS = 3;
/** Snapshots of a world: all worlds together may have 100. */
const MAX_SNAPSHOTS = 1;

const LISTS = {
  key: { path: '/v3/orgs/acme/keys', items: 'apiKeys' },
  config: { path: '/api/v3/userconfigs/?limit=1000', items: 'results' },
} as const;
type Kind = keyof typeof LISTS;

/** Names that begin so are of the soak; the others came with the seed. */
const OURS = 'soak-';

/** Ids by name. */
type Rows = ReadonlyMap<string, string>;
type Content = Readonly<Record<Kind, Rows>>;
const NOTHING: Content = { key: new Map(), config: new Map() };

/** What must be in a world. */
interface World {
  readonly id: string;
  readonly owner: string;
  content: Content;
  snapshots: { readonly id: string; readonly content: Content }[];
}

/** The worlds of one connection. Each step compares the lists of a world with what must be in it. */
export class SoakWorlds {
  readonly #send: Send;
  readonly #ids: readonly string[];
  readonly #made = new Map<string, World>();
  #count = 0;

  /** @param ids of worlds that no other connection writes to */
  constructor(send: Send, ids: readonly string[]) {
    this.#send = send;
    this.#ids = ids;
  }

  /** @param draw a number from 0 to below 1 */
  async step(draw: () => number): Promise<void> {
    const id = this.#ids[Math.floor(draw() * this.#ids.length)];
    if (id === undefined) return;
    const world = this.#made.get(id) ?? (await this.#make(id));
    const chance = draw();
    // Resets and deletions are rare: what goes wrong with age needs worlds that grow old.
    if (chance < 0.4) await this.#use(world);
    else if (chance < 0.6) await this.#snapshot(world);
    else if (chance < 0.8) await this.#restore(world, draw());
    else if (chance < 0.98) await this.#fork(world);
    else if (chance < 0.99) await this.#reset(world);
    else await this.#delete(world);
    if (this.#made.has(id)) await this.#compare(world);
  }

  async #make(id: string, from?: { readonly from: object; readonly content: Content }): Promise<World> {
    const order = { id, ttl: 'never', ...(from && { from: from.from }) };
    const { cast } = await this.#sendExpecting('POST /_mock/worlds', 201, { body: order });
    const owner = cast.ngc.keys.find(({ name }: { name: string }) => name === 'owner').key;
    const world = { id, owner, content: from?.content ?? NOTHING, snapshots: [] };
    this.#made.set(id, world);
    return world;
  }

  async #use(world: World): Promise<void> {
    this.#count += 1;
    const name = `${OURS}${this.#count}`;
    const key = { name, type: 'service', services: ['air'], scopes: ['air:access'] };
    const config = { name, kind: 'cloud-init-user-data', content: name };
    await this.#add(world, 'key', 'POST /_mock/keys', { body: key });
    await this.#add(world, 'config', 'POST /api/v3/userconfigs/', { body: config, token: world.owner });
    await this.#thin(world, 'key', (id) => this.#in(world, `DELETE /_mock/keys/${id}`, 204));
    const token = world.owner;
    await this.#thin(world, 'config', (id) => this.#in(world, `DELETE /api/v3/userconfigs/${id}/`, 204, { token }));
  }

  async #add(world: World, kind: Kind, line: string, sent: object): Promise<void> {
    const { id, name } = await this.#in(world, line, 201, sent);
    world.content = { ...world.content, [kind]: new Map([...world.content[kind], [name, id]]) };
  }

  async #thin(world: World, kind: Kind, remove: (id: string) => Promise<unknown>): Promise<void> {
    const [oldest, ...others] = world.content[kind];
    if (oldest === undefined || others.length < MAX_ROWS) return;
    await remove(oldest[1]);
    world.content = { ...world.content, [kind]: new Map(others) };
  }

  async #snapshot(world: World): Promise<void> {
    if (world.snapshots.length >= MAX_SNAPSHOTS) await this.#forget(world);
    const { id } = await this.#in(world, 'POST /_mock/snapshots', 201, { body: {} });
    world.snapshots.push({ id, content: world.content });
  }

  async #restore(world: World, chance: number): Promise<void> {
    const snapshot = world.snapshots[Math.floor(chance * world.snapshots.length)];
    if (snapshot === undefined) return this.#use(world);
    await this.#in(world, `POST /_mock/snapshots/${snapshot.id}/restore`, 200);
    world.content = snapshot.content;
  }

  /** Of the world as it is, or of a snapshot; used, compared, and deleted. */
  async #fork(world: World): Promise<void> {
    const [snapshot] = world.snapshots;
    const isOfSnapshot = snapshot !== undefined && this.#count % 2 === 0;
    const from = isOfSnapshot ? { snapshot: snapshot.id } : { world: world.id };
    const content = isOfSnapshot ? snapshot.content : world.content;
    const fork = await this.#make(`${world.id}-fork`, { from, content });
    await this.#compare(fork);
    await this.#use(fork);
    await this.#compare(fork);
    await this.#delete(fork);
  }

  async #reset(world: World): Promise<void> {
    await this.#in(world, 'POST /_mock/reset', 200);
    world.content = NOTHING;
  }

  async #delete(world: World): Promise<void> {
    while (world.snapshots.length > 0) await this.#forget(world);
    await this.#sendExpecting(`DELETE /_mock/worlds/${world.id}`, 204);
    this.#made.delete(world.id);
  }

  async #forget(world: World): Promise<void> {
    const snapshot = world.snapshots.shift();
    if (snapshot !== undefined) await this.#in(world, `DELETE /_mock/snapshots/${snapshot.id}`, 204);
  }

  /** @throws Error that says which list is not as it should be */
  async #compare(world: World): Promise<void> {
    for (const kind of Object.keys(LISTS) as Kind[]) {
      const { path, items } = LISTS[kind];
      const body = await this.#in(world, `GET ${path}`, 200, { token: world.owner });
      const names: string[] = body[items].map(({ name }: { name: string }) => name);
      const found = names.filter((name) => name.startsWith(OURS)).sort();
      const expected = [...world.content[kind].keys()].sort();
      if (String(found) === String(expected)) continue;
      throw new Error(`GET ${path} in ${world.id} lists ${found}, and not ${expected}`);
    }
  }

  #in({ id }: World, line: string, status: number, sent?: object) {
    const [method, path] = line.split(' ');
    return this.#sendExpecting(`${method} /w/${id}${path}`, status, sent);
  }

  async #sendExpecting(line: string, status: number, sent?: object) {
    const reply = await this.#send(line, sent);
    if (reply.status !== status) throw new Error(`${reply.status} to ${line}, and not ${status}: ${reply.text}`);
    return reply.text === '' ? null : JSON.parse(reply.text);
  }
}
