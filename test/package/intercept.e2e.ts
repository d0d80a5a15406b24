/** Production URLs in the common test runners, each with concurrent tests. */
import { beforeAll, describe, expect, it } from 'vitest';
import { launchProgram } from '../support/command.ts';
import { copyInstallation, PATIENTLY, write } from '../support/package.ts';

const PATIENCE_MS = 60_000;
const JEST = ['node_modules/jest/bin/jest.js', PATIENTLY];
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', PATIENTLY];

let folder: string;
beforeAll(async () => {
  folder = await copyInstallation(['vitest'], ['jest@30.5.2']);
});

/** Two clients ask for the issuer, and for what only this test asks for. */
const ASK = `
async function ask(world, name) {
  const production = await world.intercept({ others: 'refuse' });
  const issuer = 'https://acme.run.ai/auth/realms/acme';
  const answer = await fetch(issuer + '/.well-known/openid-configuration');
  await new Promise((done) => setTimeout(done, 20));
  const status = await new Promise((done, fail) => {
    https.get('https://acme.run.ai/api/v1/' + name, (m) => done(m.resume().statusCode)).on('error', fail);
  });
  const refused = await fetch('https://nowhere.invalid/').catch((thrown) => thrown.cause.message);
  await production.restore();
  const paths = (await world.requests.list()).map(({ path }) => path);
  const seen = [(await answer.json()).issuer === issuer, status, refused.slice(0, 23), ...paths].join();
  const expected = 'true,404,https://nowhere.invalid,/api/v1/' + name + ',/auth/realms/acme/.well-known/openid-configuration';
  if (seen !== expected) throw new Error(seen);
}`;

/** Tests in which the code under test calls production URLs; the third one is in no world. */
const TESTS = (concurrent: string) => `${ASK}
for (const name of ['one', 'two', 'three']) {
  ${concurrent}(name, async () => {
    const world = await mock.world();
    await ask(world, name);
    await world.stop();
  });
}
${concurrent}('intercepts nothing', async () => {
  for (let index = 0; index < 10; index += 1) {
    await new Promise((done) => setTimeout(done, 5));
    const failed = await fetch('https://acme.run.ai/api/v1/nobody').catch((thrown) => thrown.cause);
    if (!/intercepted for another test|ENOTFOUND|EAI_AGAIN/.test(failed.message)) throw failed;
  }
});`;

async function outcome(...args: readonly string[]) {
  const { code, stdout, stderr } = await launchProgram(process.execPath, args, folder, { env: { NO_COLOR: '1' } })
    .ended;
  return { code, text: stdout + stderr };
}

describe('concurrent tests reach their own worlds at production URLs', { timeout: PATIENCE_MS }, () => {
  it('in vitest, with the fixture', async () => {
    const program = `import https from 'node:https'; import { test } from 'nv-auth-mock/vitest'; ${ASK}
      for (const name of ['one', 'two', 'three']) test.concurrent(name, ({ mock }) => ask(mock, name));`;
    await write(folder, { 'fixture.test.mjs': program });
    const { code, text } = await outcome(...VITEST, 'fixture.test.mjs');

    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('3 passed') });
  });

  it('in vitest', async () => {
    const head = `import https from 'node:https'; import { afterAll, beforeAll, test } from 'vitest'; import { startMock } from 'nv-auth-mock';
      let mock; beforeAll(async () => { mock = await startMock(); }); afterAll(() => mock.stop());`;
    await write(folder, { 'plain.test.mjs': head + TESTS('test.concurrent') });
    const { code, text } = await outcome(...VITEST, 'plain.test.mjs');

    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('4 passed') });
  });

  it('in jest, whose files have their own global object', async () => {
    const head = `const https = require('node:https'); const { startMock } = require('nv-auth-mock');
      const starting = startMock(); const mock = { world: async () => (await starting).world() };
      afterAll(async () => (await starting).stop());`;
    await write(folder, { 'plain.test.js': head + TESTS('test.concurrent') });
    const { code, text } = await outcome(...JEST, 'plain.test.js');

    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('4 passed') });
  });

  it('in node:test', async () => {
    const head = `import https from 'node:https'; import { after, before, describe, it } from 'node:test'; import { startMock } from 'nv-auth-mock';
      let mock; before(async () => { mock = await startMock(); }); after(() => mock.stop());
      describe('at once', { concurrency: true }, () => {`;
    await write(folder, { 'plain.mjs': `${head}${TESTS('it')} });` });
    const { code, text } = await outcome('--test-reporter=tap', 'plain.mjs');

    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/# pass (4|5)\n/) });
  });
});

it('a process with an open interception exits', { timeout: PATIENCE_MS }, async () => {
  const program = `import { startMock } from 'nv-auth-mock';
    const mock = await startMock({ listen: false });
    await mock.intercept();
    await (await mock.world()).intercept();
    const { status } = await fetch('https://acme.run.ai/api/v1/users');
    console.log(status);`;
  await write(folder, { 'ends.mjs': program });

  expect(await outcome('ends.mjs')).toEqual({ code: 0, text: '401\n' });
});
