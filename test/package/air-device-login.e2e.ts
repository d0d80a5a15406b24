/** The published Air SDK logs in on a device, with its browser, its terminal and the name lookup replaced. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { it } from '../support/command.ts';
import { castKey, ngcCast } from '../support/ngc-cast.ts';
import { pythonWith } from '../support/python.ts';
import { repositoryAt } from '../support/repository.ts';

const run = promisify(execFile);
/** 1.3.1. */
const COMMIT = '9af2cb3110766e76cb27f759e3e3d345e06ba406';

const python = pythonWith('requests');
const clone = python === undefined ? null : await repositoryAt('NVIDIA/nv-air-sdk', COMMIT);

const DRIVER = `
import builtins, json, re, socket, sys, webbrowser
import requests
port, sdk, email, org = sys.argv[1:]
sys.path.insert(0, sdk)
look_up = socket.getaddrinfo

def to_the_mock(host, port_, *args, **kwargs):
    if str(host).endswith('.nvidia.com'):
        host, port_ = '127.0.0.1', int(port)
    return look_up(host, port_, *args, **kwargs)

socket.getaddrinfo = to_the_mock
opened = []
webbrowser.open = opened.append

def choose(prompt=''):
    page = requests.get(opened[0])
    user = re.search(r'name="user" value="([^"]+)"', page.text).group(1)
    requests.post(opened[0], data={'user': user}).raise_for_status()
    return ''

builtins.input = choose
sys.stdin.isatty = lambda: True

from air_sdk import AirApi
api = AirApi.with_device_login(email, org)
simulation = api.simulations.create(name='by a device login')
print(json.dumps({
    'opened': opened,
    'creator': simulation.creator,
    'names': [one.name for one in api.simulations.list()],
}))
`;

describe.skipIf(clone === null)("the Air SDK's device login", () => {
  it('is confirmed on the page, and returns a token that Air accepts for the user', async ({
    command,
    folder,
    expect,
  }) => {
    const { port } = await command.start(['--tls']);
    await command.run(['env', '--url', `https://localhost:${port}`, '--ca', 'ca.pem']);
    await writeFile(join(folder, 'driver.py'), DRIVER);
    const { user = '' } = castKey('air-user');
    const args = ['driver.py', String(port), join(String(clone), 'src'), user, ngcCast.org];
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, REQUESTS_CA_BUNDLE: join(folder, 'ca.pem') };
    const { stdout } = await run(String(python), args, { cwd: folder, env });
    const { opened, creator, names } = JSON.parse(stdout.split('\n').at(-2) ?? '');

    expect(opened).toEqual([expect.stringMatching(/^https:\/\/api\.ngc\.nvidia\.com\/device\/login\/\w{18}$/)]);
    expect(creator).toBe(user);
    expect(names).toContain('by a device login');
  });
});
