import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classifyKey } from '../../../src/ngc-keys/key-text.ts';
import { findSeedErrors } from '../../../src/seed/check.ts';
import { formatSeedError } from '../../../src/seed/error-text.ts';
import { RESOURCES } from '../../../src/services/air/tables/index.ts';
import {
  type AirImagesServer,
  airImagesServer,
  expectRefusal,
  NOT_FOUND,
  NOT_PERMITTED,
} from '../../support/air-images.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { SERVICES } from '../../support/services.ts';

const LINK = { org: 'acme', resource: 'links', id: 'b1307c85-9f7e-4dac-9b56-7c2d0e4f9001' };

interface AirCast {
  readonly simulations: readonly {
    readonly org: string;
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly creator?: string;
    readonly nodes?: readonly string[];
  }[];
  readonly images: readonly {
    readonly org: string;
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly published: boolean;
    readonly publishAccessRecord?: string;
    readonly upload?: object;
  }[];
  readonly systemNodes: readonly {
    readonly org: string;
    readonly id: string;
    readonly name: string;
    readonly category: string;
  }[];
  readonly demos: readonly {
    readonly org: string;
    readonly id: string;
    readonly name: string;
    readonly simulation: string;
    readonly tags: readonly string[];
    readonly published: boolean;
  }[];
  readonly objects: readonly {
    readonly org: string;
    readonly resource: string;
    readonly id: string;
    readonly members: Readonly<Record<string, unknown>>;
  }[];
}

const written: AirCast = JSON.parse(readFileSync(new URL('../../../fixtures/air/cast.json', import.meta.url), 'utf8'));
const server = await airImagesServer();
const later = await airImagesServer({ air: 'dsx' });
const cast = (await server.call('GET /_mock/cast')).body;
const airKeys = ngcCast.keys.filter(({ services }) => services.includes('air'));

/** The administrator's key of an organisation. */
const of = (org: string, world: AirImagesServer = server) => (org === 'acme' ? world.acme : world.globex);
const other = (org: string) => (org === 'acme' ? 'globex' : 'acme');

async function seeded(parts: unknown): Promise<AirImagesServer> {
  const file = join(await emptyFolder(), 'world.json');
  await writeFile(file, JSON.stringify(parts));
  return airImagesServer({ seed: file });
}

/** Everything that both organisations see of a world. */
async function seen(world: AirImagesServer) {
  const paths = [
    'simulations/',
    'simulations/nodes/',
    'images/',
    'systems/nodes/',
    'resource-budgets/',
    'marketplace/demos/',
    'userconfigs/',
    'trainings/',
  ];
  const answers = paths.flatMap((path) =>
    ['acme', 'globex'].map(async (org) => (await of(org, world)(`GET ${path}`)).body),
  );
  return Promise.all(answers);
}

/** `normalise` of NVIDIA's Air SDK overwrites the digits of version and variant of every other id. */
describe('each id of the cast is a UUID of version 4', () => {
  const ANY = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
  const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const others = (given: unknown) => (JSON.stringify(given).match(ANY) ?? []).filter((id) => !VERSION_4.test(id));

  it('in the file, and in what the control API tells', () => {
    expect(others(written)).toEqual([]);
    expect(others(cast.air)).toEqual([]);
  });

  it.each([
    ['2.0', server],
    ['dsx', later],
  ] as const)('in each list of %s', async (version, world) => {
    const document = (await world.call('GET /openapi/air.json')).body;
    const lists = Object.entries<Record<string, { operationId: string }>>(document.paths).filter(
      ([path, { get }]) => get?.operationId.endsWith('_list') === true && !path.includes('{'),
    );
    const answers = await Promise.all(
      lists.flatMap(([path]) => ['acme', 'globex'].map((org) => of(org, world)(`GET ${path.replace('/api/v3/', '')}`))),
    );

    expect(answers.filter(({ status }) => status === 200).length, version).toBeGreaterThan(20);
    expect(others(answers.map(({ body }) => body))).toEqual([]);
  });
});

describe('the keys of the cast', () => {
  it('are who and what is promised', () => {
    expect(castKey('air-user')).toMatchObject({ org: 'acme', type: 'personal', services: ['air'], roles: ['air'] });
    expect(castKey('air-admin')).toMatchObject({
      org: 'acme',
      type: 'personal',
      services: ['air'],
      roles: ['air-admin'],
    });
    expect(castKey('air-reader')).toMatchObject({
      org: 'acme',
      type: 'service',
      services: ['air'],
      scopes: ['air:access', 'air:simulation_read'],
    });
    expect(castKey('owner')).toMatchObject({ org: 'acme', type: 'personal', services: ['nvcf', 'air'] });
    expect(castKey('owner').roles).toEqual(expect.arrayContaining(['ORG_OWNER', 'air-admin']));
    expect(castKey('globex-air')).toMatchObject({ org: 'globex', type: 'personal', services: ['air'] });
    expect(castKey('globex-air').user).toMatch(/@globex\.test$/);
  });

  it.each(airKeys)('$name looks like a key that was minted here', ({ key }) => {
    expect(key).toMatch(/^nvapi-[\w-]{64}$/);
    expect(classifyKey(key)).toBe('marked');
  });

  it.each(airKeys)('$name opens Air, for its own organisation only', async ({ key, org }) => {
    const [budget] = (await server.as(key)('GET resource-budgets/')).body.results;
    const { body } = await server.as(key)('GET simulations/');
    const ids = body.results
      .filter(({ state }: { state: string }) => state !== 'DEMO')
      .map(({ id }: { id: string }) => id)
      .toSorted();

    expect(budget.ngc_org_name).toBe(org);
    expect(ids).toEqual(
      written.simulations
        .filter((one) => one.org === org)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it.each(ngcCast.keys.filter(({ services }) => !services.includes('air')))(
    '$name does not open Air, for which it was not made',
    async ({ key }) => {
      const answer = await server.as(key)('GET simulations/');

      expect(answer.status).toBe(403);
      expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'service_not_enabled' });
    },
  );

  it('do what their names say', async () => {
    const [reader, user, admin] = ['air-reader', 'air-user', 'air-admin'].map((name) => server.as(castKey(name).key));
    const statusOf = async (caller: typeof reader, request: string, body?: unknown) =>
      (await caller?.(request, body))?.status;
    const make = { name: 'made' };
    const image = { name: 'made', version: '1', default_username: 'a', default_password: 'b' };

    expect(await statusOf(reader, 'GET simulations/')).toBe(200);
    expect(await statusOf(reader, 'POST simulations/', make)).toBe(403);
    expect(await statusOf(reader, 'GET images/')).toBe(403);
    expect(await statusOf(user, 'GET images/')).toBe(200);
    expect(await statusOf(user, 'POST images/', image)).toBe(403);
    expect(await statusOf(admin, 'POST images/', image)).toBe(201);
    expect(await statusOf(admin, 'GET trainings/')).toBe(200);
    expect(await statusOf(admin, 'GET marketplace/demos/')).toBe(200);
  });

  it('have an owner who uses both services', async () => {
    const { key } = castKey('owner');

    expect((await server.as(key)('GET simulations/')).status).toBe(200);
    expect((await server.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
  });
});

describe('the objects of the cast', () => {
  it('are shown as they stand in the fixtures', () => {
    expect(cast.air).toEqual(written);
    expect(cast.ngc.keys).toEqual(ngcCast.keys);
    for (const { airSubscription } of cast.ngc.organizations) expect(airSubscription).toBe(true);
  });

  it('have a simulation that rests and one that runs, and one of the second organisation', () => {
    const places = written.simulations.map(({ org, state }) => `${org} ${state}`);

    expect(places).toEqual(expect.arrayContaining(['acme INACTIVE', 'acme ACTIVE', 'globex INACTIVE']));
  });

  it('have ids of their own, without `_`', () => {
    const { simulations, images, systemNodes, demos, objects } = written;
    const ids = [...simulations, ...images, ...systemNodes, ...demos, ...objects].map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each(written.simulations)(
    '$org has the simulation $name',
    async ({ org, id, name, state, creator, nodes = [] }) => {
      expect((await of(org)(`GET simulations/${id}/`)).body).toMatchObject({
        id,
        name,
        state,
        creator: creator ?? expect.any(String),
      });
      const { body } = await of(org)(`GET simulations/nodes/?simulation=${id}`);
      expect(body.results.map((node: { name: string }) => node.name).toSorted()).toEqual([...nodes].toSorted());
      expectRefusal(await of(other(org))(`GET simulations/${id}/`), 404, NOT_FOUND);
    },
  );

  it.each(written.images)('$org has the image $name', async (image) => {
    const { org, id, name, version, published, upload, publishAccessRecord } = image;
    const { body } = await of(org)(`GET images/${id}/`);
    const elsewhere = await of(other(org))(`GET images/${id}/`);

    const complete = publishAccessRecord === undefined ? 'COMPLETE' : 'PENDING_PUBLISH';
    const upload_status = upload === undefined ? complete : 'UPLOADING';
    expect(body).toMatchObject({ id, name, version, published, is_owned_by_client: true, upload_status });
    if (published) expect(elsewhere.body).toMatchObject({ id, is_owned_by_client: false });
    else expectRefusal(elsewhere, 404, NOT_FOUND);
  });

  it.each(written.systemNodes)('there is the system node $name', async ({ id, name, category }) => {
    for (const org of ['acme', 'globex']) {
      expect((await of(org)(`GET systems/nodes/${id}/`)).body).toMatchObject({ id, name, category });
    }
  });

  it.each(written.demos.filter(({ published }) => published))(
    'every organisation is offered the demo $name',
    async ({ org, id, name, simulation, tags }) => {
      for (const caller of [
        of(org),
        of(other(org)),
        await server.withScopes(['air:access', 'air:marketplace_demo_read']),
      ]) {
        const { body } = await caller('GET marketplace/demos/');
        const [found] = body.results.filter((one: { id: string }) => one.id === id);
        expect(found).toMatchObject({ id, name, tags, published: true, publicly_published: true });
        expect((await caller(`GET marketplace/demos/${id}/`)).body).toEqual(found);
      }
      const { demo } = (await of(org)(`GET marketplace/demos/${id}/`)).body;
      expect((await of(org)(`GET simulations/${demo}/`)).body).toMatchObject({ name, state: 'DEMO' });
      const nodesOf = async (of_: string, caller = of(org)) => {
        const { body } = await caller(`GET simulations/nodes/?simulation=${of_}`);
        return body.results.map((node: { name: string }) => node.name).toSorted();
      };
      expect(await nodesOf(demo)).toEqual(await nodesOf(simulation));

      const world = await airImagesServer();
      const provisioned = await of(other(org), world)(`POST marketplace/demos/${id}/provision/`, {});
      expect(provisioned.status, JSON.stringify(provisioned.body)).toBe(201);
    },
  );

  it.each(written.demos.filter(({ published }) => !published))(
    '$org alone sees the demo $name, which is not published',
    async ({ org, id, name }) => {
      expect((await of(org)(`GET marketplace/demos/${id}/`)).body).toMatchObject({ name, published: false });
      expectRefusal(await of(other(org))(`GET marketplace/demos/${id}/`), 404, NOT_FOUND);
    },
  );

  it.each(written.objects.map((one) => [one.resource, one.id, one] as const))(
    'have the object of %s with the id %s in the list of its organisation',
    async (resource, id, { org, members }) => {
      const path = RESOURCES.find(({ name }) => name === resource)?.path.replace('/api/v3/', '');
      const { body } = await later.as(castKey(org === 'acme' ? 'owner' : 'globex-air').key)(`GET ${path}?limit=100`);
      const found = body.results.find((one: { id: string }) => one.id === id);

      expect(found, JSON.stringify(body).slice(0, 300)).toBeDefined();
      for (const name of ['name', 'node', 'fqdn', 'node_port', 'run', 'fleet', 'target_org']) {
        if (members[name] !== undefined) expect(found).toMatchObject({ [name]: members[name] });
      }
    },
  );

  it('of version dsx are offered to a key that only reads simulations', async () => {
    const world = await airImagesServer({ air: 'dsx' });
    const { body } = await world.as(castKey('air-reader').key)('GET marketplace/demos/');

    expect(body.results.map(({ name }: { name: string }) => name)).toEqual(written.demos.map(({ name }) => name));
  });

  it('of every running simulation can be shut down, and of every resting one started', async () => {
    const world = await airImagesServer();
    for (const { org, id, state } of written.simulations) {
      const action = state === 'ACTIVE' ? 'shutdown' : 'start';

      expect((await of(org, world)(`PATCH simulations/${id}/${action}/`, {})).status, id).toBe(200);
    }
  });
});

describe('the cast as a seed', () => {
  it('is without fault', () => {
    expect(findSeedErrors(cast, SERVICES)).toEqual([]);
  });

  it('gives the same world', async () => {
    const world = await seeded(cast);

    expect((await world.call('GET /_mock/cast')).body).toEqual(cast);
    expect(await seen(world)).toEqual(await seen(await airImagesServer()));
  });

  it('may leave out Air, whose keys then find nothing', async () => {
    const { air: _, ...rest } = cast;
    const world = await seeded(rest);

    expect((await world.acme('GET simulations/')).body.count).toBe(0);
    expect((await world.acme('GET images/')).body.count).toBe(0);
  });

  it('may have an organisation without a subscription', async () => {
    const organizations = cast.ngc.organizations.map((one: { name: string }) => ({
      ...one,
      airSubscription: one.name === 'acme',
    }));
    const world = await seeded({ ...cast, ngc: { ...cast.ngc, organizations } });
    const { status, body } = await world.globex('GET simulations/');

    expect(status).toBe(402);
    expect(body.requestStatus).toMatchObject({
      statusCode: 'PAYMENT_REQUIRED',
      statusDescription: 'No active subscription for the product found.',
    });
    expect((await world.acme('GET simulations/')).status).toBe(200);
  });

  it.each([
    ['an organisation that is not there', { simulations: [{ ...written.simulations[0], org: 'nobody' }] }, /nobody/],
    ['an id twice', { images: [written.images[0], written.images[0]] }, /twice/],
    ['an id that is none', { images: [{ ...written.images[0], id: '1' }] }, /id/],
    ['a state between others', { simulations: [{ ...written.simulations[0], state: 'BOOTING' }] }, /state/],
    ['nodes without an image', { simulations: [written.simulations[0]] }, /image/],
    ['a member that is not known', { volumes: [] }, /volumes/],
    [
      'an object of nothing before it',
      { ...written, objects: [{ ...written.objects[0], members: { node: written.images[0]?.id, name: 'swp1' } }] },
      /`air\.objects\[0\]\.members\.node` is .*no such object in `nodes` before this one/,
    ],
    [
      'an object without what a request needs',
      { objects: [{ ...written.objects[0], resource: 'fleets', members: {} }] },
      /`air\.objects\[0\]\.members\.name` must be a string/,
    ],
    [
      'a link with one end',
      { ...written, objects: [written.objects[0], { ...LINK, members: { interfaces: [written.objects[0]?.id] } }] },
      /`air\.objects\[1\]\.members\.interfaces` must have two different interfaces/,
    ],
    [
      'an SSH key that is none',
      { objects: [{ ...LINK, resource: 'ssh_keys', members: { name: 'a', public_key: 'b', user: 'a@acme.test' } }] },
      /`air\.objects\[0\]\.members\.public_key` must be a complete `ssh-ed25519` or `ssh-rsa` key/,
    ],
    [
      'an image share for nobody',
      {
        ...written,
        objects: [
          { ...LINK, resource: 'image_shares', members: { image: written.images[0]?.id, target_org: 'gobex' } },
        ],
      },
      /`air\.objects\[0\]` has the organisation `gobex`/,
    ],
    ['an object of an unknown resource', { objects: [{ ...written.objects[0], resource: 'fleet' }] }, /`fleets`/],
    [
      'a demo of no simulation',
      { ...written, demos: [{ ...written.demos[0], simulation: written.images[0]?.id }] },
      /simulation/,
    ],
    [
      'a demo of a simulation that runs',
      { ...written, demos: [{ ...written.demos[0], simulation: written.simulations[1]?.id }] },
      /INACTIVE/,
    ],
    [
      'a demo of another organisation’s simulation',
      { ...written, demos: [{ ...written.demos[0], org: 'globex' }] },
      /globex/,
    ],
  ])('is refused with %s', (_, air, fault) => {
    expect(findSeedErrors({ ngc: cast.ngc, air }, SERVICES).map(formatSeedError).join('\n')).toMatch(fault);
  });
});

it('a key of the cast reads nothing more than its scopes say', async () => {
  const reader = server.as(castKey('air-reader').key);

  for (const path of ['images/', 'images/shares/', 'marketplace/demos/', 'trainings/', 'manifests/']) {
    expectRefusal(await reader(`GET ${path}`), 403, NOT_PERMITTED);
  }
});
