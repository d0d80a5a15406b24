import { fileURLToPath } from 'node:url';
import { describe, expect, type TestContext } from 'vitest';
import { connect } from '../../../src/index.ts';
import { COMMAND, it } from './container.ts';
import type { Engine } from './engine.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/compose/', import.meta.url));
const FREE_PORT = fileURLToPath(new URL('free-port.yaml', import.meta.url));

/** Runs a Compose command for one of the examples, on a free port. @returns what it prints */
type Stack = (...args: string[]) => Promise<string>;

interface Context {
  readonly engine: Engine;
  readonly skip: TestContext['skip'];
}

async function stackOf(file: string, { engine, skip }: Context): Promise<Stack> {
  const { code } = await engine.attempt(['compose', 'version']);
  skip(code !== 0, `\`${engine.command} compose\` is not installed`);
  const options = ['--project-name', engine.name('stack'), '--file', `${EXAMPLES}${file}`, '--file', FREE_PORT];
  return (...args) => engine.run(['compose', ...options, ...args]);
}

/** A stack whose containers wait for others to be healthy. Skips the test if its images cannot be pulled. */
async function healthyStackOf(file: string, context: Context): Promise<Stack> {
  const { engine, skip } = context;
  skip(!(await engine.checksHealth()), 'Podman checks health only with systemd');
  const stack = await stackOf(file, context);
  for (const image of (await stack('config', '--images')).split('\n')) {
    const isHere = (await engine.attempt(['image', 'inspect', image])).code === 0;
    skip(!isHere && (await engine.attempt(['pull', image])).code !== 0, `${image} cannot be pulled`);
  }
  return stack;
}

/** Expects that the volumes of all containers have names: no user finds one without a name again. */
async function expectNamedVolumes(stack: Stack, engine: Engine): Promise<void> {
  const names = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}';
  const containers = (await stack('ps', '--all', '--quiet')).split('\n');
  const volumes = (await engine.run(['inspect', '--format', names, ...containers])).split(/\s+/).filter(Boolean);

  expect(volumes.filter((volume) => !volume.startsWith(engine.prefix))).toEqual([]);
}

/** What the client of the examples prints at its end. @param prefix of its world */
const issuerOf = (prefix: string) =>
  new RegExp(`issuer http://mock:6625${prefix}/auth/realms/\\w+: \\d+ access keys, \\d+ simulations, \\d+ functions`);

describe('compose', () => {
  it('lets two developers share a mock', async ({ engine, skip }) => {
    const stack = await healthyStackOf('compose.yaml', { engine, skip });
    const pipeline = await stack('up', '--exit-code-from', 'client');
    for (const world of ['alice', 'bob']) {
      expect(pipeline).toMatch(issuerOf(`/w/${world}`));
      expect(await stack('run', '--rm', world)).toMatch(issuerOf(`/w/${world}`));
    }
    const env = await stack('exec', 'mock', ...COMMAND, 'env', '--format', 'compose', '--world', 'alice');
    expect(env).toMatch(/^ {2}RUNAI_BASE_URL: "http:\/\/mock:6625\/w\/alice"$/m);

    await expectNamedVolumes(stack, engine);
    await stack('down');
    expect(await stack('ps', '--all', '--services')).toBe('');
  });

  it('keeps the state in PostgreSQL', async ({ engine, skip }) => {
    const stack = await healthyStackOf('compose.postgres.yaml', { engine, skip });
    const expectClientToWork = async () => expect(await stack('run', '--rm', 'client')).toMatch(issuerOf(''));
    const keys = async () => connect(`http://${await stack('port', 'mock', '6625')}`).keys;
    const isKnown = async (id: string) => (await (await keys()).list()).some((key) => key.id === id);

    await stack('up', '--detach', '--wait');
    await expectClientToWork();
    const { id } = await (await keys()).create({
      type: 'service',
      name: 'x',
      services: ['air'],
      scopes: ['air:access'],
    });
    // The mock loses its session, exits with code 75, and is started again.
    await stack('restart', 'database');
    await stack('up', '--detach', '--wait');
    await expectClientToWork();
    expect(await isKnown(id)).toBe(true);
    await expectNamedVolumes(stack, engine);

    await stack('down');
    await stack('up', '--detach', '--wait');
    expect(await isKnown(id)).toBe(true);
    await stack('down', '--volumes');
    await stack('up', '--detach', '--wait');
    expect(await isKnown(id)).toBe(false);
  });
});
