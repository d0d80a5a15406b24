/** The report of used and unused rights of credentials. */
import { describe } from 'vitest';
import { it, type Server } from '../support/command.ts';

const LIST = 'GET /v2/nvcf/functions';

/** Creates a key with these scopes, and lists functions with it. */
async function useKey(server: Server, scopes: readonly string[], world = ''): Promise<void> {
  const { body } = await server.call(`POST ${world}/_mock/keys`, {
    body: { type: 'service', name: 'ci', services: ['nvcf'], scopes, resource: { type: 'All Functions' } },
  });
  await server.call(LIST.replace(' ', ` ${world}`), { token: body.key });
}

describe.concurrent('`report`', () => {
  it('prints used rights, the smallest credential and unused rights', async ({ command, expect }) => {
    const server = await command.start([]);
    const port = ['--port', String(server.port)];
    const before = await command.run(['report', ...port, '--fail-on', 'unused,broader']);
    await useKey(server, ['List Functions', 'Delete Function']);
    const [reported, failed, asJson, ofOne] = await Promise.all([
      command.run(['report', ...port]),
      command.run(['report', ...port, '--fail-on', 'unused']),
      command.run(['report', ...port, '--json']),
      command.run(['report', ...port, '--principal', 'nvcf-reader', '--fail-on', 'broader']),
    ]);

    expect(before).toMatchObject({ code: 1, stdout: expect.stringContaining('No credential has been used') });
    expect(before.stderr).toContain('there is nothing to check');
    expect(reported).toMatchObject({ code: 0, stderr: '' });
    expect(reported.stdout).toMatch(
      /service key ci\n.*\n {2}listFunctions +list_functions +GET \/v2\/nvcf\/functions\n/,
    );
    expect(reported.stdout).toContain(
      'smallest: service key: services nvcf; scopes list_functions; resource type All Functions\n  or:       personal key: services nvcf; roles Cloud Functions User',
    );
    expect(reported.stdout).toContain('unused:   delete_function\n');
    expect([failed.code, failed.stdout]).toEqual([1, reported.stdout]);
    expect(failed.stderr).toBe('nv-auth-mock: --fail-on: 1 credential has unused rights: ci\n');
    expect(JSON.parse(asJson.stdout).principals[0].smallest.scopes).toEqual(['list_functions']);
    expect(ofOne.stdout).not.toContain('ci');
  });

  it('does not fail on a credential with only used rights', async ({ command, expect }) => {
    const server = await command.start(['--world', 'acme']);
    await useKey(server, ['List Functions'], '/w/acme');
    const flags = ['--port', String(server.port), '--world', 'acme', '--fail-on', 'unused, broader'];
    const { code, stdout } = await command.run(['report', ...flags]);

    expect([code, stdout.includes('unused:   nothing\n  broader:  nothing')]).toEqual([0, true]);
  });

  it('exits with 2 for unknown values', async ({ command, expect }) => {
    const { port } = await command.start([]);
    const runReport = (...flags: string[]) => command.run(['report', '--port', String(port), ...flags]);
    const [misspelt, nobody, nowhere, noServer] = await Promise.all([
      runReport('--fail-on', 'unsed'),
      runReport('--principal', 'nobody'),
      runReport('--world', 'atlantis'),
      command.run(['report', '--port', '1']),
    ]);

    for (const { code, stdout } of [misspelt, nobody, nowhere, noServer]) expect([code, stdout]).toEqual([2, '']);
    expect(misspelt.stderr).toContain('Did you mean `unused`?');
    expect(nobody.stderr).toContain('no accepted credential has the name `nobody`');
    expect(nowhere.stderr).toContain('There is no world `atlantis`');
    expect(noServer.stderr).toContain('No server answers on');
  });
});
