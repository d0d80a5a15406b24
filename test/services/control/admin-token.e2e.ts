/** The admin token of the control API. */
import { describe, expect } from 'vitest';
import { connect } from '../../../src/library/connect.ts';
import { startMock } from '../../../src/library/start-mock.ts';
import { researcher } from '../../support/cast.ts';
import { it } from '../../support/command.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const TOKEN = 'a-token-of-the-team';
const server = await testServer({ adminToken: TOKEN });
const admin = { headers: { 'x-mock-admin-token': TOKEN } };

describe('a control API with an admin token', () => {
  it('rejects every call without the token with 401, even for unknown paths', async () => {
    const requests = [
      'GET /_mock/cast',
      'POST /_mock/reset',
      'GET /_mock/decisions',
      'GET /_mock/nothing',
      'PUT /_mock/cast',
    ];
    for (const request of requests) {
      const answer = await server.call(request);

      expect(answer.status, request).toBe(401);
      expect(problemDocument(answer)).toMatch(/`x-mock-admin-token` is missing\. Send the token .*`--admin-token`/);
      expect(answer.decision).toBeNull();
    }
  });

  it.each(['wrong', '', TOKEN.toUpperCase(), `${TOKEN}, ${TOKEN}`])('rejects the token %j', async (token) => {
    const answer = await server.call('GET /_mock/cast', { headers: { 'x-mock-admin-token': token } });

    // White space around the value of a header is not part of it (RFC 9110, 5.5).
    expect(answer.status).toBe(token.trim() === TOKEN ? 200 : 401);
    if (answer.status === 401) expect(problemDocument(answer)).toMatch(/is wrong|is missing/);
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
  });

  it('accepts the token and never returns it', async () => {
    const answer = await server.call('GET /_mock/info', admin);

    expect(answer.status).toBe(200);
    expect(answer.body.configuration['admin-token']).toEqual({ value: '(set)', origin: 'flag' });
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
  });

  it('requires no token for its health and for vendor APIs', async () => {
    expect((await server.call('GET /_mock/health')).status).toBe(200);
    expect(await server.tokenOf(researcher)).toMatch(/^eyJ/);
  });
});

describe('the admin token is sent by', () => {
  it('the library with the option `adminToken`', async () => {
    await using mock = await startMock({ adminToken: TOKEN });

    expect((await mock.clock.now()).ahead).toBe('PT0S');
    expect(await mock.getToken()).toMatch(/^eyJ/);
    expect((await connect(mock.url, { adminToken: TOKEN }).clock.now()).ahead).toBe('PT0S');
    await expect(connect(mock.url).clock.now()).rejects.toThrow(/x-mock-admin-token/);
  });

  it('commands with `NV_AUTH_MOCK_ADMIN_TOKEN` or `--admin-token`', async ({ command }) => {
    const env = { NV_AUTH_MOCK_ADMIN_TOKEN: TOKEN };
    const running = await command.start([], { env });
    const port = ['--port', String(running.port)];

    expect((await command.run(['env', ...port], { env })).stdout).toContain('RUNAI_CLIENT_ID');
    expect((await command.run(['env', ...port, '--admin-token', TOKEN])).stdout).toContain('RUNAI_CLIENT_ID');
    expect(await command.run(['env', ...port])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set it with --admin-token'),
    });
    const otherEnv = { NV_AUTH_MOCK_ADMIN_TOKEN: 'another-token' };
    expect((await command.run(['env', ...port], { env: otherEnv })).stderr).toContain('has a different admin token');
    expect((await command.run(['health', ...port])).code).toBe(0);
    expect((await running.stop()).stderr).not.toContain(TOKEN);
  });
});

describe('an admin token', () => {
  it('that is too short stops the start and is not printed', async ({ command }) => {
    const { code, stderr } = await command.run(['--port', '0', '--admin-token', 'hunter2']);

    expect(code).toBe(2);
    expect(stderr).toContain(
      '--admin-token is not valid. Expected at least 8 printable ASCII characters without spaces',
    );
    expect(stderr).not.toContain('hunter2');
  });

  it('is suggested by the banner only if the server listens beyond this machine', async ({ command }) => {
    const readBanner = async (...args: string[]) => (await command.run(['--port', '0', ...args])).stdout;

    expect(await readBanner('--host', '0.0.0.0')).toMatch(
      /note: anyone who can reach 0\.0\.0\.0 can control the mock.*--admin-token/,
    );
    expect(await readBanner('--host', '0.0.0.0', '--admin-token', TOKEN)).not.toMatch(/anyone who can reach|a-token/);
    expect(await readBanner()).not.toContain('anyone who can reach');
  });
});
