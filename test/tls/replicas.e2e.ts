import { expect, it, onTestFinished } from 'vitest';
import { buildServer } from '../../src/app/server.ts';
import { configOf } from '../../src/config/config.ts';
import { describePostgres, freshSchema } from '../support/postgres.ts';

describePostgres('processes with one database', () => {
  it('have one authority, also when they start at once, and after a reset and a restart', async () => {
    const schema = await freshSchema();
    onTestFinished(() => schema.drop());
    const open = () => buildServer({ effective: configOf({ tls: true, data: schema.url }) });
    const servers = await Promise.all([open(), open()]);
    const [first, second] = servers;
    await first?.world.reset();
    const [snapshot] = [JSON.stringify(await first?.world.store.freeze())];
    for (const server of servers) await server.close();
    const later = await open();
    await later.close();

    expect(first?.ca).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(second?.ca).toBe(first?.ca);
    expect(later.ca).toBe(first?.ca);
    expect(snapshot).not.toContain('PRIVATE KEY');
  });
});
