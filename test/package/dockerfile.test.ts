import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageSpec } from '../support/image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    expect(validate(text('Dockerfile'))).toEqual([]);
  });

  it('runs the command as a user of its own, by number, without a shell', () => {
    const { uid, entrypoint, command, healthcheck } = imageSpec();

    expect(uid).toBeGreaterThan(0);
    expect([...entrypoint, ...command]).toEqual(['/nodejs/bin/node', '/app/dist/main.js', 'start']);
    expect(healthcheck).toEqual(['/nodejs/bin/node', '/app/dist/main.js', 'health']);
  });

  it('copies nothing that its ignore file leaves out', () => {
    const ignored = text('.dockerignore').trim().split('\n');
    const copied = ['package.json', 'package-lock.json', 'fixtures', 'LICENSE', 'src', 'scripts', 'openapi'];

    expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
  });
});

it('the compose file waits for the mock to be healthy, and gives everybody one issuer', () => {
  const { services } = parse(text('examples/compose/compose.yaml'));

  expect(services.client.depends_on).toEqual({ mock: { condition: 'service_healthy' } });
  expect(services.mock.command).toEqual(['start', '--public-url', services.client.environment.RUNAI_BASE_URL]);
});
