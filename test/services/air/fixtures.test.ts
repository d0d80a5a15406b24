import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/services/air/tables/index.ts';
import { findSeedErrors } from '../../../src/worlds/seed/check.ts';
import { formatSeedError } from '../../../src/worlds/seed/error-text.ts';
import type { Thing } from '../../support/air-client.ts';
import { type AirImagesServer, airImagesServer, expectRefusal, NOT_FOUND } from '../../support/air-images.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { SERVICES } from '../../support/services.ts';

const LINK = { org: 'acme', resource: 'links', id: 'b1307c85-9f7e-4dac-9b56-7c2d0e4f9001' };

type Part = 'simulations' | 'images' | 'demos' | 'objects';
const FIXTURE: Readonly<Record<Part, readonly Thing[]>> = JSON.parse(
  readFileSync(new URL('../../../fixtures/air/cast.json', import.meta.url), 'utf8'),
);
const server = await airImagesServer();
const dsx = await airImagesServer({ air: 'dsx' });
const cast = (await server.call('GET /_mock/cast')).body;

/** The caller with the administrator's key of an organisation. */
const adminOf = (org: string, world: AirImagesServer = server) => (org === 'acme' ? world.acme : world.globex);
const otherOrg = (org: string) => (org === 'acme' ? 'globex' : 'acme');

/** `normalise` of NVIDIA's Air SDK changes the version and variant digits of any other UUID. */
describe('each id of the seed is a UUID of version 4', () => {
  const ANY = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
  const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const findOtherIds = (value: unknown) => (JSON.stringify(value).match(ANY) ?? []).filter((id) => !VERSION_4.test(id));

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

describe('the objects of the seed', () => {
  it('are the same in the control API as in the fixtures', () => {
    expect(cast.air).toEqual(FIXTURE);
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

  it.each(FIXTURE.demos.filter(({ published }) => published))(
    'every organisation can see the demo $name, which has a copy of its simulation',
    async ({ org, id, name, simulation, tags }) => {
      const own = adminOf(org);
      const { body } = await adminOf(otherOrg(org))(`GET marketplace/demos/${id}/`);
      expect(body).toMatchObject({ id, name, tags, published: true, publicly_published: true });
      expect((await own(`GET simulations/${body.demo}/`)).body).toMatchObject({ name, state: 'DEMO' });
      const nodesOf = async (simulationId: string) => {
        const { results } = (await own(`GET simulations/nodes/?simulation=${simulationId}`)).body;
        return results.map((node: { name: string }) => node.name).toSorted();
      };
      expect(await nodesOf(body.demo)).toEqual(await nodesOf(simulation));
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
});

describe('the built-in cast as a seed', () => {
  it('can omit Air, and every list is then empty', async () => {
    const { air: _, ...rest } = cast;
    const world = await airImagesServer({}, { seed: rest });

    expect((await world.acme('GET simulations/')).body.count).toBe(0);
    expect((await world.acme('GET images/')).body.count).toBe(0);
  });

  const [simulation, running] = FIXTURE.simulations;
  const [[image], [demo], [object]] = [FIXTURE.images, FIXTURE.demos, FIXTURE.objects];
  const withObjects = (...objects: readonly object[]) => ({ ...FIXTURE, objects });

  it.each([
    ['an unknown organisation', { simulations: [{ ...simulation, org: 'nobody' }] }, /nobody/],
    ['a repeated id', { images: [image, image] }, /twice/],
    ['an invalid id', { images: [{ ...image, id: '1' }] }, /id/],
    ['a transitional state', { simulations: [{ ...simulation, state: 'BOOTING' }] }, /state/],
    ['nodes without an image', { simulations: [simulation] }, /image/],
    ['an unknown member', { volumes: [] }, /volumes/],
    [
      'an object with a reference to an unknown object',
      withObjects({ ...object, members: { node: image.id, name: 'swp1' } }),
      /`air\.objects\[0\]\.members\.node` is .*no such object in `nodes` before this one/,
    ],
    [
      'an object without a required member',
      withObjects({ ...object, resource: 'fleets', members: {} }),
      /`air\.objects\[0\]\.members\.name` must be a string/,
    ],
    [
      'a link with one end',
      withObjects(object, { ...LINK, members: { interfaces: [object.id] } }),
      /`air\.objects\[1\]\.members\.interfaces` must have two different interfaces/,
    ],
    [
      'an invalid SSH key',
      withObjects({ ...LINK, resource: 'ssh_keys', members: { name: 'a', public_key: 'b', user: 'a@acme.test' } }),
      /`air\.objects\[0\]\.members\.public_key` must be a complete `ssh-ed25519` or `ssh-rsa` key/,
    ],
    [
      'an image share for an unknown organisation',
      withObjects({ ...LINK, resource: 'image_shares', members: { image: image.id, target_org: 'gobex' } }),
      /`air\.objects\[0\]` has the organisation `gobex`/,
    ],
    ['an object of an unknown resource', withObjects({ ...object, resource: 'fleet' }), /`fleets`/],
    ['a demo of an unknown simulation', { ...FIXTURE, demos: [{ ...demo, simulation: image.id }] }, /simulation/],
    ['a demo of a running simulation', { ...FIXTURE, demos: [{ ...demo, simulation: running.id }] }, /INACTIVE/],
    ['a demo of a simulation of another organisation', { ...FIXTURE, demos: [{ ...demo, org: 'globex' }] }, /globex/],
  ])('is rejected with %s', (_, air, fault) => {
    expect(findSeedErrors({ ngc: cast.ngc, air }, SERVICES).map(formatSeedError).join('\n')).toMatch(fault);
  });
});
