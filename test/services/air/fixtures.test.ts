import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/services/air/tables/index.ts';
import { classifyKey } from '../../../src/services/ngc-keys/key-text.ts';
import { findSeedErrors } from '../../../src/worlds/seed/check.ts';
import { formatSeedError } from '../../../src/worlds/seed/error-text.ts';
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

const FIXTURE: AirCast = JSON.parse(readFileSync(new URL('../../../fixtures/air/cast.json', import.meta.url), 'utf8'));
const server = await airImagesServer();
const dsx = await airImagesServer({ air: 'dsx' });
const cast = (await server.call('GET /_mock/cast')).body;
const airKeys = ngcCast.keys.filter(({ services }) => services.includes('air'));

/** The caller with the administrator's key of an organisation. */
const adminOf = (org: string, world: AirImagesServer = server) => (org === 'acme' ? world.acme : world.globex);
const otherOrg = (org: string) => (org === 'acme' ? 'globex' : 'acme');

async function startSeeded(parts: unknown): Promise<AirImagesServer> {
  const file = join(await emptyFolder(), 'world.json');
  await writeFile(file, JSON.stringify(parts));
  return airImagesServer({ seed: file });
}

/** Everything that the administrators of both organisations can read. */
async function readVisible(world: AirImagesServer) {
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
    ['acme', 'globex'].map(async (org) => (await adminOf(org, world)(`GET ${path}`)).body),
  );
  return Promise.all(answers);
}

/** `normalise` of NVIDIA's Air SDK changes the version and variant digits of any other UUID. */
describe('each id of the seed is a UUID of version 4', () => {
  const ANY = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
  const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const findOtherIds = (value: unknown) => (JSON.stringify(value).match(ANY) ?? []).filter((id) => !VERSION_4.test(id));

  it('in the file and in the control API', () => {
    expect(findOtherIds(FIXTURE)).toEqual([]);
    expect(findOtherIds(cast.air)).toEqual([]);
  });

  it.each([
    ['2.0', server],
    ['dsx', dsx],
  ] as const)('in each list of %s', async (version, world) => {
    const document = (await world.call('GET /openapi/air.json')).body;
    const lists = Object.entries<Record<string, { operationId: string }>>(document.paths).filter(
      ([path, { get }]) => get?.operationId.endsWith('_list') === true && !path.includes('{'),
    );
    const answers = await Promise.all(
      lists.flatMap(([path]) =>
        ['acme', 'globex'].map((org) => adminOf(org, world)(`GET ${path.replace('/api/v3/', '')}`)),
      ),
    );

    expect(answers.filter(({ status }) => status === 200).length, version).toBeGreaterThan(20);
    expect(findOtherIds(answers.map(({ body }) => body))).toEqual([]);
  });
});

describe('the keys of the seed', () => {
  it('have the documented organisations, types, services and roles', () => {
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

  it.each(airKeys)('$name has the format of an issued key', ({ key }) => {
    expect(key).toMatch(/^nvapi-[\w-]{64}$/);
    expect(classifyKey(key)).toBe('marked');
  });

  it.each(airKeys)('$name has access to Air in its own organisation only', async ({ key, org }) => {
    const [budget] = (await server.as(key)('GET resource-budgets/')).body.results;
    const { body } = await server.as(key)('GET simulations/');
    const ids = body.results
      .filter(({ state }: { state: string }) => state !== 'DEMO')
      .map(({ id }: { id: string }) => id)
      .toSorted();

    expect(budget.ngc_org_name).toBe(org);
    expect(ids).toEqual(
      FIXTURE.simulations
        .filter((simulation) => simulation.org === org)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it.each(ngcCast.keys.filter(({ services }) => !services.includes('air')))(
    '$name has no access to Air, because it was created for another service',
    async ({ key }) => {
      const answer = await server.as(key)('GET simulations/');

      expect(answer.status).toBe(403);
      expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'service_not_enabled' });
    },
  );

  it('have the access that their names suggest', async () => {
    const [reader, user, admin] = ['air-reader', 'air-user', 'air-admin'].map((name) => server.as(castKey(name).key));
    const statusOf = async (caller: typeof reader, request: string, body?: unknown) =>
      (await caller?.(request, body))?.status;
    const simulation = { name: 'made' };
    const image = { name: 'made', version: '1', default_username: 'a', default_password: 'b' };

    expect(await statusOf(reader, 'GET simulations/')).toBe(200);
    expect(await statusOf(reader, 'POST simulations/', simulation)).toBe(403);
    expect(await statusOf(reader, 'GET images/')).toBe(403);
    expect(await statusOf(user, 'GET images/')).toBe(200);
    expect(await statusOf(user, 'POST images/', image)).toBe(403);
    expect(await statusOf(admin, 'POST images/', image)).toBe(201);
    expect(await statusOf(admin, 'GET trainings/')).toBe(200);
    expect(await statusOf(admin, 'GET marketplace/demos/')).toBe(200);
  });

  it('include an owner of both services', async () => {
    const { key } = castKey('owner');

    expect((await server.as(key)('GET simulations/')).status).toBe(200);
    expect((await server.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
  });
});

describe('the objects of the seed', () => {
  it('are the same in the control API as in the fixtures', () => {
    expect(cast.air).toEqual(FIXTURE);
    expect(cast.ngc.keys).toEqual(ngcCast.keys);
    for (const { airSubscription } of cast.ngc.organizations) expect(airSubscription).toBe(true);
  });

  it('include an inactive and an active simulation, and a simulation of the second organisation', () => {
    const places = FIXTURE.simulations.map(({ org, state }) => `${org} ${state}`);

    expect(places).toEqual(expect.arrayContaining(['acme INACTIVE', 'acme ACTIVE', 'globex INACTIVE']));
  });

  it('have unique ids that are UUIDs', () => {
    const { simulations, images, systemNodes, demos, objects } = FIXTURE;
    const ids = [...simulations, ...images, ...systemNodes, ...demos, ...objects].map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each(FIXTURE.simulations)(
    '$org has the simulation $name',
    async ({ org, id, name, state, creator, nodes = [] }) => {
      expect((await adminOf(org)(`GET simulations/${id}/`)).body).toMatchObject({
        id,
        name,
        state,
        creator: creator ?? expect.any(String),
      });
      const { body } = await adminOf(org)(`GET simulations/nodes/?simulation=${id}`);
      expect(body.results.map((node: { name: string }) => node.name).toSorted()).toEqual([...nodes].toSorted());
      expectRefusal(await adminOf(otherOrg(org))(`GET simulations/${id}/`), 404, NOT_FOUND);
    },
  );

  it.each(FIXTURE.images)('$org has the image $name', async (image) => {
    const { org, id, name, version, published, upload, publishAccessRecord } = image;
    const { body } = await adminOf(org)(`GET images/${id}/`);
    const foreignResponse = await adminOf(otherOrg(org))(`GET images/${id}/`);

    const complete = publishAccessRecord === undefined ? 'COMPLETE' : 'PENDING_PUBLISH';
    const upload_status = upload === undefined ? complete : 'UPLOADING';
    expect(body).toMatchObject({ id, name, version, published, is_owned_by_client: true, upload_status });
    if (published) expect(foreignResponse.body).toMatchObject({ id, is_owned_by_client: false });
    else expectRefusal(foreignResponse, 404, NOT_FOUND);
  });

  it.each(FIXTURE.systemNodes)(
    'the system node $name is visible to both organisations',
    async ({ id, name, category }) => {
      for (const org of ['acme', 'globex']) {
        expect((await adminOf(org)(`GET systems/nodes/${id}/`)).body).toMatchObject({ id, name, category });
      }
    },
  );

  it.each(FIXTURE.demos.filter(({ published }) => published))(
    'every organisation can see and provision the demo $name',
    async ({ org, id, name, simulation, tags }) => {
      for (const caller of [
        adminOf(org),
        adminOf(otherOrg(org)),
        await server.withScopes(['air:access', 'air:marketplace_demo_read']),
      ]) {
        const { body } = await caller('GET marketplace/demos/');
        const [listed] = body.results.filter((listedDemo: { id: string }) => listedDemo.id === id);
        expect(listed).toMatchObject({ id, name, tags, published: true, publicly_published: true });
        expect((await caller(`GET marketplace/demos/${id}/`)).body).toEqual(listed);
      }
      const { demo } = (await adminOf(org)(`GET marketplace/demos/${id}/`)).body;
      expect((await adminOf(org)(`GET simulations/${demo}/`)).body).toMatchObject({ name, state: 'DEMO' });
      const nodesOf = async (simulationId: string, caller = adminOf(org)) => {
        const { body } = await caller(`GET simulations/nodes/?simulation=${simulationId}`);
        return body.results.map((node: { name: string }) => node.name).toSorted();
      };
      expect(await nodesOf(demo)).toEqual(await nodesOf(simulation));

      const world = await airImagesServer();
      const provisioned = await adminOf(otherOrg(org), world)(`POST marketplace/demos/${id}/provision/`, {});
      expect(provisioned.status, JSON.stringify(provisioned.body)).toBe(201);
    },
  );

  it.each(FIXTURE.demos.filter(({ published }) => !published))(
    'only $org can see the unpublished demo $name',
    async ({ org, id, name }) => {
      expect((await adminOf(org)(`GET marketplace/demos/${id}/`)).body).toMatchObject({ name, published: false });
      expectRefusal(await adminOf(otherOrg(org))(`GET marketplace/demos/${id}/`), 404, NOT_FOUND);
    },
  );

  it.each(FIXTURE.objects.map((object) => [object.resource, object.id, object] as const))(
    'include the object of %s with the id %s in the list of its organisation',
    async (resource, id, { org, members }) => {
      const path = RESOURCES.find(({ name }) => name === resource)?.path.replace('/api/v3/', '');
      const { body } = await dsx.as(castKey(org === 'acme' ? 'owner' : 'globex-air').key)(`GET ${path}?limit=100`);
      const listed = body.results.find((object: { id: string }) => object.id === id);

      expect(listed, JSON.stringify(body).slice(0, 300)).toBeDefined();
      for (const name of ['name', 'node', 'fqdn', 'node_port', 'run', 'fleet', 'target_org']) {
        if (members[name] !== undefined) expect(listed).toMatchObject({ [name]: members[name] });
      }
    },
  );

  it('of version dsx include demos for a key that only reads simulations', async () => {
    const world = await airImagesServer({ air: 'dsx' });
    const { body } = await world.as(castKey('air-reader').key)('GET marketplace/demos/');

    expect(body.results.map(({ name }: { name: string }) => name)).toEqual(FIXTURE.demos.map(({ name }) => name));
  });

  it('include simulations that can be shut down or started according to their state', async () => {
    const world = await airImagesServer();
    for (const { org, id, state } of FIXTURE.simulations) {
      const action = state === 'ACTIVE' ? 'shutdown' : 'start';

      expect((await adminOf(org, world)(`PATCH simulations/${id}/${action}/`, {})).status, id).toBe(200);
    }
  });
});

describe('the built-in cast as a seed', () => {
  it('has no errors', () => {
    expect(findSeedErrors(cast, SERVICES)).toEqual([]);
  });

  it('results in the same world', async () => {
    const world = await startSeeded(cast);

    expect((await world.call('GET /_mock/cast')).body).toEqual(cast);
    expect(await readVisible(world)).toEqual(await readVisible(await airImagesServer()));
  });

  it('can omit Air, and every list is then empty', async () => {
    const { air: _, ...rest } = cast;
    const world = await startSeeded(rest);

    expect((await world.acme('GET simulations/')).body.count).toBe(0);
    expect((await world.acme('GET images/')).body.count).toBe(0);
  });

  it('can have an organisation without a subscription, which gets 402', async () => {
    const organizations = cast.ngc.organizations.map((organization: { name: string }) => ({
      ...organization,
      airSubscription: organization.name === 'acme',
    }));
    const world = await startSeeded({ ...cast, ngc: { ...cast.ngc, organizations } });
    const { status, body } = await world.globex('GET simulations/');

    expect(status).toBe(402);
    expect(body.requestStatus).toMatchObject({
      statusCode: 'PAYMENT_REQUIRED',
      statusDescription: 'No active subscription for the product found.',
    });
    expect((await world.acme('GET simulations/')).status).toBe(200);
  });

  it.each([
    ['an unknown organisation', { simulations: [{ ...FIXTURE.simulations[0], org: 'nobody' }] }, /nobody/],
    ['a repeated id', { images: [FIXTURE.images[0], FIXTURE.images[0]] }, /twice/],
    ['an invalid id', { images: [{ ...FIXTURE.images[0], id: '1' }] }, /id/],
    ['a transitional state', { simulations: [{ ...FIXTURE.simulations[0], state: 'BOOTING' }] }, /state/],
    ['nodes without an image', { simulations: [FIXTURE.simulations[0]] }, /image/],
    ['an unknown member', { volumes: [] }, /volumes/],
    [
      'an object with a reference to an unknown object',
      { ...FIXTURE, objects: [{ ...FIXTURE.objects[0], members: { node: FIXTURE.images[0]?.id, name: 'swp1' } }] },
      /`air\.objects\[0\]\.members\.node` is .*no such object in `nodes` before this one/,
    ],
    [
      'an object without a required member',
      { objects: [{ ...FIXTURE.objects[0], resource: 'fleets', members: {} }] },
      /`air\.objects\[0\]\.members\.name` must be a string/,
    ],
    [
      'a link with one end',
      { ...FIXTURE, objects: [FIXTURE.objects[0], { ...LINK, members: { interfaces: [FIXTURE.objects[0]?.id] } }] },
      /`air\.objects\[1\]\.members\.interfaces` must have two different interfaces/,
    ],
    [
      'an invalid SSH key',
      { objects: [{ ...LINK, resource: 'ssh_keys', members: { name: 'a', public_key: 'b', user: 'a@acme.test' } }] },
      /`air\.objects\[0\]\.members\.public_key` must be a complete `ssh-ed25519` or `ssh-rsa` key/,
    ],
    [
      'an image share for an unknown organisation',
      {
        ...FIXTURE,
        objects: [
          { ...LINK, resource: 'image_shares', members: { image: FIXTURE.images[0]?.id, target_org: 'gobex' } },
        ],
      },
      /`air\.objects\[0\]` has the organisation `gobex`/,
    ],
    ['an object of an unknown resource', { objects: [{ ...FIXTURE.objects[0], resource: 'fleet' }] }, /`fleets`/],
    [
      'a demo of an unknown simulation',
      { ...FIXTURE, demos: [{ ...FIXTURE.demos[0], simulation: FIXTURE.images[0]?.id }] },
      /simulation/,
    ],
    [
      'a demo of a running simulation',
      { ...FIXTURE, demos: [{ ...FIXTURE.demos[0], simulation: FIXTURE.simulations[1]?.id }] },
      /INACTIVE/,
    ],
    [
      'a demo of a simulation of another organisation',
      { ...FIXTURE, demos: [{ ...FIXTURE.demos[0], org: 'globex' }] },
      /globex/,
    ],
  ])('is rejected with %s', (_, air, fault) => {
    expect(findSeedErrors({ ngc: cast.ngc, air }, SERVICES).map(formatSeedError).join('\n')).toMatch(fault);
  });
});

it('a key of the seed reads only what its scopes allow', async () => {
  const reader = server.as(castKey('air-reader').key);

  for (const path of ['images/', 'images/shares/', 'marketplace/demos/', 'trainings/', 'manifests/']) {
    expectRefusal(await reader(`GET ${path}`), 403, NOT_PERMITTED);
  }
});
