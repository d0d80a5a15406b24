/** The published executor of NeMo-Run for Run:ai, with stubs for its imports from the rest of NeMo-Run. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { adminBot } from '../support/cast.ts';
import { type Command, it } from '../support/command.ts';
import { pythonWith } from '../support/python.ts';
import { repositoryAt } from '../support/repository.ts';

const run = promisify(execFile);
const COMMIT = '9339e127cda1d72aed8c60d14824777c82ed0b47';

const python = pythonWith('requests');
const clone = python === undefined ? null : await repositoryAt('NVIDIA-NeMo/Run', COMMIT);

/** The parts of NeMo-Run and of `invoke` that the file imports. */
const STUBS = `
import dataclasses, sys, types

def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made

@dataclasses.dataclass(kw_only=True)
class Executor:
    env_vars: dict = dataclasses.field(default_factory=dict)
    job_dir: str = ''
    experiment_dir: str = ''

class Nothing:
    pass

for package in ['invoke', 'nemo_run', 'nemo_run.core', 'nemo_run.core.execution', 'nemo_run.core.frontend',
             'nemo_run.core.frontend.console', 'nemo_run.core.packaging']:
    module(package)
module('invoke.context', Context=Nothing)
module('nemo_run.config', RUNDIR_NAME='nemo_run', get_nemorun_home=lambda: HOME)
module('nemo_run.core.execution.base', Executor=Executor, ExecutorMacros=Nothing)
module('nemo_run.core.execution.launcher', FaultTolerance=Nothing, Launcher=Nothing, Torchrun=Nothing)
module('nemo_run.core.execution.utils', fill_template=None)
module('nemo_run.core.frontend.console.api', CONSOLE=Nothing)
module('nemo_run.core.packaging.base', Packager=Nothing)
module('nemo_run.core.packaging.git', GitArchivePackager=Nothing)
`;

/** Waiting moves the clock of the mock. */
const DRIVER = `
import json, logging, os, sys, time
url, client_id, client_secret, HOME, nodes, name = sys.argv[1:]
exec(open('stubs.py').read())
import requests
import dgxcloud

logging.basicConfig(level=logging.ERROR)
time.sleep = lambda seconds: requests.post(f'{url}/_mock/clock/advance', json={'by': f'{seconds}s'}).raise_for_status()

executor = dgxcloud.DGXCloudExecutor(
    base_url=f'{url}/api/v1', kube_apiserver_url='', client_id=client_id, client_secret=client_secret,
    project_name='vision', container_image='nvcr.io/nvidia/nemo:25.04', pvc_nemo_run_dir='/workspace/nemo_run',
    nodes=int(nodes), gpus_per_node=8, env_vars={'A': 'b'},
    pvcs=[{'path': '/workspace', 'existingPvc': True, 'claimName': 'nemo'}])
executor.assign('exp', os.path.join(HOME, 'exp'), 'task', 'task')
job, state = executor.launch(name, ['python', 'train.py'])
seen = [state]
for _ in range(9):
    state = executor.status(job)
    seen.append(state.value if state else None)
    time.sleep(10)
executor.cancel(job)
print(json.dumps({'job': job, 'seen': seen}))
`;

const SEED = { extends: 'builtin', runai: { workloadPhases: { failing: ['bad-job'] } } };

interface Here {
  readonly command: Command;
  readonly folder: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
}

describe.skipIf(clone === null)("NeMo-Run's executor", () => {
  /** What it did, with this many nodes. */
  async function launched({ command, folder }: Here, nodes: number, name: string) {
    await writeFile(join(folder, 'seed.json'), JSON.stringify(SEED));
    const { port } = await command.start(['--runai', '2.24', '--seed', 'seed.json']);
    const url = `http://127.0.0.1:${port}`;
    const home = join(folder, 'home');
    await mkdir(join(home, 'exp/task'), { recursive: true });
    await writeFile(join(folder, 'stubs.py'), STUBS);
    await writeFile(join(folder, 'driver.py'), DRIVER);
    const source = join(String(clone), 'nemo_run/core/execution/dgxcloud.py');
    await writeFile(join(folder, 'dgxcloud.py'), await readFile(source));
    const { clientId, clientSecret } = adminBot;
    const args = ['driver.py', url, clientId, clientSecret, home, String(nodes), name];
    const { stdout, stderr } = await run(String(python), args, { cwd: folder });
    const answer = await fetch(`${url}/_mock/requests?limit=100`);
    const { requests } = (await answer.json()) as { requests: Sent[] };
    return { ...JSON.parse(stdout), stderr, sent: requests.map(({ method, path }) => `${method} ${path}`) };
  }

  it.for([
    [1, 'trainings'],
    [2, 'distributed'],
  ] as const)(
    'uploads its data, trains on %i node(s), and reports the job as complete',
    async ([nodes, path], { command, folder, expect }) => {
      const { seen, sent, stderr } = await launched({ command, folder }, nodes, 'my_job');

      expect([...new Set(seen)]).toEqual(['Pending', 'Running', 'Completed']);
      expect(sent).toContain('POST /api/v1/workloads/workspaces');
      expect(sent).toContain(`POST /api/v1/workloads/${path}`);
      expect(sent).toContainEqual(expect.stringMatching(/^DELETE \/api\/v1\/workloads\/workspaces\//));
      // What the real service answers to this GET is not known.
      expect(stderr).toContain('Failed to cancel job');
      expect(stderr).toContain('response code=404');
    },
  );

  it('reports a failed job of the seed', async ({ command, folder, expect }) => {
    const { seen } = await launched({ command, folder }, 1, 'bad_job');

    expect([...new Set(seen)]).toEqual(['Pending', 'Running', 'Failed']);
  });
});
