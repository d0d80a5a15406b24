/** The explanation of a refused request, with the commands that fix it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { it, type Server } from '../support/command.ts';

const run = promisify(execFile);
const CREATE = 'POST /v2/nvcf/functions';

/** Reads a key of the cast. */
async function readKey(server: Server, name: string): Promise<string> {
  const { body } = await server.call('GET /_mock/cast');
  return body.ngc.keys.find((key: { name: string }) => key.name === name).key;
}

describe.concurrent('`why`', () => {
  it('explains the newest refusal, and its fix works', async ({ command, expect }) => {
    const server = await command.start();
    const token = await readKey(server, 'nvcf-deployer');
    const port = ['--port', String(server.port)];
    await server.call(CREATE);
    const { headers } = await server.call(CREATE, { token });
    await server.call('GET /v2/nvcf/functions', { token });
    const { id } = JSON.parse(headers.get('x-mock-decision') ?? '');
    const [newest, byId] = await Promise.all([
      command.run(['why', ...port]),
      command.run(['why', id, '--url', server.url]),
    ]);
    const [, fix = ''] = /^ +(curl .*)$/m.exec(newest.stdout) ?? [];
    await run('sh', ['-c', fix]);
    const again = await server.call(CREATE, { token });

    expect(newest).toMatchObject({ code: 0, stderr: '' });
    expect(newest.stdout).toMatch(/^Refused: POST \/v2\/nvcf\/functions \(answered with 403\)\n/);
    expect(newest.stdout).toContain('required:  `register_function` (Register Function), of a key bound to');
    expect(newest.stdout).toContain('held:      `deploy_function`, `list_functions`; bound to All Functions');
    expect(newest.stdout).not.toContain(token);
    expect(byId).toEqual(newest);
    expect(again.status).toBe(400);
  });

  it('explains requests that no rule decided', async ({ command, expect }) => {
    const server = await command.start(['--world', 'acme', '--public-url', 'http://mock.test']);
    await server.call('GET /w/acme/v2/nvcf/functionz');
    const { code, stdout } = await command.run(['why', '--port', String(server.port), '--world', 'acme']);

    expect(code).toBe(0);
    expect(stdout).toContain('(answered with 404)');
    expect(stdout).toContain('Did you mean `GET /v2/nvcf/functions`?');
    const { body } = await server.call('GET /w/acme/_mock/requests');
    expect(stdout).toContain(`\n  console:   http://mock.test/w/acme/#/requests?request=${body.requests[0].id}\n`);
  });

  it('exits with 1 if no request was refused, and with 2 for an unknown id', async ({ command, expect }) => {
    const server = await command.start();
    const runWhy = (...args: string[]) => command.run(['why', '--port', String(server.port), ...args]);
    const unused = await runWhy();
    await server.call('GET /health');
    await server.call('GET /v2/nvcf/functions', { token: await readKey(server, 'nvcf-deployer') });
    const { body } = await server.call('GET /_mock/requests');
    const [unrefused, allowed] = await Promise.all([runWhy(), runWhy(body.requests[0].id)]);
    const { headers } = await server.call(CREATE);
    const [unknown, nowhere] = await Promise.all([runWhy('a-1'), runWhy('--world', 'atlantis')]);

    for (const { code, stdout } of [unused, unrefused, allowed]) expect([code, stdout]).toEqual([1, '']);
    expect(unused.stderr).toContain('no request was received in the world `default`. Send one');
    expect(unrefused.stderr).toContain('no request was refused in the world `default`');
    expect(allowed.stderr).toContain('was not refused (status 200)');
    for (const { code, stdout } of [unknown, nowhere]) expect([code, stdout]).toEqual([2, '']);
    expect(unknown.stderr).toContain(
      `\`a-1\`. Newest refusals: \`${JSON.parse(headers.get('x-mock-decision') ?? '').id}\``,
    );
    expect(nowhere.stderr).toContain('There is no world `atlantis`');
  });

  it('requires the admin token, and does not print it', async ({ command, expect }) => {
    const server = await command.start(['--admin-token', 'open-sesame']);
    await server.call(CREATE);
    const port = ['--port', String(server.port)];
    const [withoutToken, withToken] = await Promise.all([
      command.run(['why', ...port]),
      command.run(['why', ...port, '--admin-token', 'open-sesame']),
    ]);

    expect([withoutToken.code, withoutToken.stderr]).toEqual([2, expect.stringContaining('requires an admin token')]);
    expect(withToken.code).toBe(0);
    expect(withToken.stdout).not.toContain('open-sesame');
  });
});
