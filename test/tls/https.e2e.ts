import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as connectByHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect as connectByTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildServer } from '../../src/app/server.ts';
import { createConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';
import type { Limits } from '../../src/http/transport/limits.ts';
import { connect as clientOf, startMock } from '../../src/index.ts';
import { createSystemRandom } from '../../src/platform/random.ts';
import { createAuthority, exportKey, generateKey, Issuer } from '../../src/tls/certificates.ts';
import { cast } from '../support/cast.ts';
import { pythonWith } from '../support/python.ts';

const run = promisify(execFile);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tls-'));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function httpsServer(config: Partial<Config> = {}, log: string[] = [], limits: Partial<Limits> = {}) {
  const effective = createConfig({ tls: true, ...config });
  const sink = () => ({
    ...silent,
    error: (line: string) => void log.push(line),
    warn: (line: string) => void log.push(line),
  });
  const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const server = await buildServer({ effective, offDocument: 'throw', limits, log: sink as never });
  onTestFinished(() => server.close());
  const { port, url, httpUrl } = await server.listen('127.0.0.1', 0, true, effective.config.httpPort);
  return { ...server, port, url, httpUrl, ca: server.ca ?? '' };
}

/** What comes back for these bytes until the connection closes. */
function exchanged(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connectByTcp({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}

const PLAIN = 'GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** The beginning of a `ClientHello`. */
const HELLO = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]);

describe('the other of http and https', () => {
  it('is answered on a port for https, and named once in the log', async () => {
    const log: string[] = [];
    const { port } = await httpsServer({}, log);
    for (let time = 0; time < 3; time += 1) {
      const answer = await exchanged(port, PLAIN);

      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain('content-type: text/plain; charset=utf-8\r\n');
      expect(answer).toContain('This port serves https, but received plain http. Use https://');
    }
    expect(log).toEqual([
      expect.stringMatching(/^This port serves https.*--http-port.* \[port \d+, from 127\.0\.0\.1\]$/),
    ]);
  });

  it('is told apart on a port for http, and named once in the log', async () => {
    const log: string[] = [];
    const plain = await httpsServer({ tls: false }, log);
    const beside = await httpsServer({ httpPort: 0 }, log);
    const other = Number(new URL(beside.httpUrl ?? '').port);
    for (const port of [plain.port, plain.port, other]) {
      expect(await exchanged(port, HELLO)).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*This port serves http, but received a TLS handshake/,
      );
    }
    expect(log).toEqual([
      expect.stringMatching(/Use http:\/\/, or start the server with `--tls`\. \[port \d+, from 127\.0\.0\.1\]$/),
      expect.stringMatching(/Use http:\/\/, or the port for https\. \[port \d+, from 127\.0\.0\.1\]$/),
    ]);
  });

  it('is no news after a request: then the bytes are not HTTP', async () => {
    const log: string[] = [];
    const { port } = await httpsServer({ tls: false }, log);
    const answer = await exchanged(port, Buffer.concat([Buffer.from(PLAIN), HELLO]));

    expect(answer).not.toContain('TLS');
    expect(log).toEqual([]);
  });
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends a request under a host name that leads to this machine, and checks the certificate for that name. */
function get(
  port: number,
  name: string,
  path: string,
  ca: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const host = name.includes(':') ? `[${name}]` : name;
    const sent = request(
      {
        ...{ port, path, ca, agent: false, host: '127.0.0.1' },
        ...(/[a-z]/.test(name) && { servername: name }),
        headers: { host: `${host}:${port}`, ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject).end();
  });
}

function handshake(port: number, options: object): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}

describe('a server with --tls', () => {
  it('answers clients that trust its authority, and no others', async () => {
    const { port, ca } = await httpsServer();

    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
    await expect(
      get(port, 'localhost', '/_mock/health', createAuthority(Date.now(), createSystemRandom()).certificate),
    ).rejects.toThrow();
  });

  it.each(['localhost', 'acme.localhost', 'mock', 'api.ngc.nvidia.com', 'f1.invocation.localhost'])(
    'has a certificate for %s',
    async (name) => {
      const { port, ca } = await httpsServer();
      const socket = await handshake(port, { ca, servername: name });
      onTestFinished(() => void socket.destroy());

      expect(socket.authorized).toBe(true);
      expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${name}`);
    },
  );

  it('has a certificate for addresses, which clients do not name in the handshake, and for its own names', async () => {
    const { port, ca } = await httpsServer({ alias: ['mock'], publicUrl: 'https://auth.example.test' });
    const socket = await handshake(port, { ca });
    onTestFinished(() => void socket.destroy());

    expect(socket.authorized).toBe(true);
    expect(socket.getPeerCertificate().subjectaltname).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:mock, DNS:auth.example.test',
    );
    expect(await get(port, '127.0.0.1', '/_mock/health', ca)).toMatchObject({ status: 200 });
  });

  it('offers http/1.1 alone to clients that prefer h2', async () => {
    const { port, ca } = await httpsServer();
    const socket = await handshake(port, { ca, servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] });
    onTestFinished(() => void socket.destroy());

    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  it('names a client that offers only h2 once in the log', async () => {
    const log: string[] = [];
    const { port, ca } = await httpsServer({}, log);
    const failed = () =>
      new Promise<unknown>((resolve) => connectByHttp2(`https://localhost:${port}`, { ca }).once('error', resolve));

    expect(await failed()).toBeInstanceOf(Error);
    expect(await failed()).toBeInstanceOf(Error);
    expect(log).toEqual([expect.stringMatching(/HTTP\/1\.1 only.*gRPC.*\[port \d+, from [\da-f.:]+\]$/)]);
  });

  it('says https in the issuer, in discovery and in the addresses of worlds, and http on its port for http', async () => {
    const { port, ca, httpUrl } = await httpsServer({ httpPort: 0, world: ['acme'] });
    const path = `/auth/realms/${cast.tenant.realm}/.well-known/openid-configuration`;
    const byHttps = JSON.parse((await get(port, 'localhost', path, ca)).text);
    const byHttp = (await (await fetch(`${httpUrl}${path}`)).json()) as { issuer: string };
    const { hostUrl } = JSON.parse((await get(port, 'localhost', '/_mock/worlds/acme', ca)).text);

    expect(byHttps.issuer).toBe(`https://localhost:${port}/auth/realms/${cast.tenant.realm}`);
    expect(byHttps.token_endpoint).toMatch(/^https:/);
    expect(JSON.stringify(byHttps)).not.toContain('http://');
    expect(byHttp.issuer).toBe(`${httpUrl}/auth/realms/${cast.tenant.realm}`);
    expect(hostUrl).toBe(`https://acme.localhost:${port}`);
    expect(await get(port, 'acme.localhost', '/_mock/worlds', ca)).toMatchObject({ status: 200 });
  });

  it('gives the certificate of its authority to everybody, and its key to nobody', async () => {
    const { port, ca, httpUrl } = await httpsServer({ adminToken: 'secret-token', httpPort: 0 });
    const [byHttps, byHttp] = [
      await get(port, 'localhost', '/_mock/ca.pem', ca),
      await fetch(`${httpUrl}/_mock/ca.pem`),
    ];

    expect(byHttps).toEqual({ status: 200, text: ca });
    expect(await byHttp.text()).toBe(ca);
    expect(ca).not.toContain('PRIVATE');
    expect(new X509Certificate(ca).ca).toBe(true);
    expect(await get(port, 'localhost', '/_mock/cast', ca)).toMatchObject({ status: 401 });
    expect(await get(port, 'localhost', '/_mock/ca.pem', ca, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
    });
  });

  it('counts connections from their first byte to their end', async () => {
    const { port, ca } = await httpsServer({}, [], { connections: 3 });
    const open = () => handshake(port, { ca, servername: 'localhost' });
    for (let n = 0; n < 8; n++) {
      const socket = await open();
      socket.destroy();
      await vi.waitFor(async () => expect((await get(port, 'localhost', '/_mock/health', ca)).status).toBe(200));
    }
    const sockets = [await open(), await open(), connectByTcp(port, '127.0.0.1')];
    await new Promise((resolve) => sockets[2]?.once('connect', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });

    await expect(open()).rejects.toThrow();
  });

  it.each([
    ['before', /^HTTP\/1\.1 401 (?:(?!HTTP).)*\r\n\r\n$/s],
    ['headers', /\r\n\r\nHTTP\/1\.1 503 (?:(?!\r\n\r\n).)*$/s],
    ['body', /\r\n\r\nHTTP\/1\.1 403 .*\r\n\r\n\{[^}]*$/s],
  ])('breaks a connection where a fault says so, after the answers before it: %s', async (drop, arrived) => {
    const log: string[] = [];
    const { app, port } = await httpsServer({}, log);
    const headers = { host: 'localhost' };
    const payload = { match: { service: 'air' }, do: { drop } };
    await app.inject({ method: 'POST', url: '/_mock/faults', headers, payload });
    const socket = await handshake(port, { rejectUnauthorized: false });
    let text = '';
    socket.on('data', (chunk) => (text += chunk)).on('error', () => {});
    const paths = ['/v2/nvcf/functions', '/api/v3/simulations', '/v2/nvcf/functions'];
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await new Promise((resolve) => socket.once('close', resolve));

    expect(text.match(/HTTP\/1\.1 401/g)).toHaveLength(1);
    expect(text).toMatch(arrived);
    expect([log, (await app.inject({ url: '/_mock/health', headers })).statusCode]).toEqual([[], 200]);
  });

  it('survives bytes that are not TLS', async () => {
    const log: string[] = [];
    const { port, ca } = await httpsServer({}, log);
    const talk = (text: string | Buffer) =>
      new Promise<void>((resolve) => {
        const socket = connectByTcp(port, '127.0.0.1', () => socket.end(text));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    await talk('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await talk('');
    await talk(Buffer.from('160301ffff', 'hex'));
    await talk(Buffer.alloc(70_000, 0x16));
    await Promise.allSettled([handshake(port, { servername: 'a'.repeat(63) }), handshake(port, { servername: '*.x' })]);

    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
    // Of http.
    expect(log).toHaveLength(1);
  });

  it('stops while clients hold idle connections, and unfinished handshakes', async () => {
    const { port, ca, close } = await httpsServer();
    const idle = await handshake(port, { ca, servername: 'localhost' });
    idle.on('error', () => {});
    const unfinished = connectByTcp(port, '127.0.0.1');
    unfinished.on('error', () => {});
    await new Promise((resolve) => unfinished.once('connect', resolve));
    const begun = Date.now();
    await close();

    expect(Date.now() - begun).toBeLessThan(8000);
  }, 20_000);
});

describe('the authority', () => {
  it('stays across restarts beside a data file, readable by its owner alone', async () => {
    const data = join(await folder(), 'mock.db');
    const first = await httpsServer({ data });
    await first.close();
    const second = await httpsServer({ data });

    expect(second.ca).toBe(first.ca);
    expect((await stat(`${data}.ca.pem`)).mode & 0o777).toBe(0o600);
    expect(await get(second.port, 'localhost', '/_mock/health', first.ca)).toMatchObject({ status: 200 });
  });

  it('is made anew where a process was killed while it wrote it', async () => {
    const place = await folder();
    const data = join(place, 'mock.db');
    await writeFile(`${data}.ca.pem.new`, '-----BEGIN CERT');
    const { ca, port } = await httpsServer({ data });

    expect(await readFile(`${data}.ca.pem`, 'utf8')).toContain(ca);
    expect(await readdir(place)).not.toContain('mock.db.ca.pem.new');
    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
  });

  it('that is damaged stops the start with advice', async () => {
    const data = join(await folder(), 'mock.db');
    await writeFile(`${data}.ca.pem`, 'nothing');

    await expect(httpsServer({ data })).rejects.toThrow(
      `${data}.ca.pem lacks a certificate or a key. Delete ${data}.ca.pem, restart, and let clients trust`,
    );
  });

  it('in memory is another one for each server', async () => {
    expect((await httpsServer()).ca).not.toBe((await httpsServer()).ca);
  });
});

describe('a given certificate', () => {
  const random = createSystemRandom();
  const DAY = 86_400_000;
  const key = generateKey();
  const given = async (now = Date.now(), itsKey = exportKey(key)) => {
    const authority = createAuthority(now, random);
    const place = await folder();
    const [tlsCert, tlsKey] = [join(place, 'cert.pem'), join(place, 'key.pem')];
    await writeFile(tlsCert, new Issuer(authority, random).issue(['localhost'], key, now));
    await writeFile(tlsKey, itsKey);
    return { authority, tlsCert, tlsKey };
  };

  it('is used, and there is no authority to fetch', async () => {
    const { authority, ...config } = await given();
    const { port, ca } = await httpsServer({ tls: false, ...config });

    expect(await get(port, 'localhost', '/_mock/health', authority.certificate)).toMatchObject({ status: 200 });
    expect(await get(port, 'localhost', '/_mock/ca.pem', authority.certificate)).toMatchObject({ status: 404 });
    expect(ca).toBe('');
  });

  it('that has ended is refused', async () => {
    const { tlsCert, tlsKey } = await given(Date.now() - 500 * DAY);

    await expect(httpsServer({ tlsCert, tlsKey })).rejects.toThrow(
      /--tls-cert \S+ expired on 20\d\d-\d\d-\d\d\. Use one that is valid now/,
    );
  });

  it('that is not valid yet is refused', async () => {
    const { tlsCert, tlsKey } = await given(Date.now() + 3 * DAY);

    await expect(httpsServer({ tlsCert, tlsKey })).rejects.toThrow(
      /--tls-cert \S+ is not valid before 20\d\d-\d\d-\d\d\./,
    );
  });

  it('with the key of another one is refused', async () => {
    const { tlsCert, tlsKey } = await given(Date.now(), exportKey(generateKey()));

    await expect(httpsServer({ tlsCert, tlsKey })).rejects.toThrow(
      `--tls-key ${tlsKey} does not match --tls-cert ${tlsCert}.`,
    );
  });

  it('that cannot be read or parsed is refused, and no message has a part of a key', async () => {
    const { tlsCert, tlsKey } = await given(
      Date.now(),
      '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
    );

    await expect(httpsServer({ tlsCert: `${tlsCert}.no`, tlsKey })).rejects.toThrow(
      'cannot be read: it does not exist. Give the path of a readable PEM file.',
    );
    const fault = await httpsServer({ tlsCert, tlsKey }).catch((thrown: Error) => thrown);
    expect(String(fault)).toContain(`--tls-key ${tlsKey} is not a private key. Expected PEM without a passphrase`);
    expect(String(fault)).not.toContain('c2VjcmV0');
  });
});

it.each<[options: Partial<Config>, message: string]>([
  [{ tls: false, tlsCert: 'a.pem' }, '--tls-cert is set without --tls-key.'],
  [{ tls: false, tlsKey: 'a.pem' }, '--tls-key is set without --tls-cert.'],
  [{ tls: false, httpPort: 80 }, '--http-port needs https, but neither --tls nor --tls-cert is set.'],
  [{ httpPort: 6625 }, '--http-port and --port are both 6625.'],
])('options that contradict each other are refused: %j', async (config, message) => {
  await expect(httpsServer(config)).rejects.toThrow(message);
});

it('a port for http that is taken is named with its flag', async () => {
  const { httpUrl } = await httpsServer({ httpPort: 0 });
  const { port } = new URL(httpUrl ?? '');

  await expect(httpsServer({ httpPort: Number(port) })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is already in use. Stop the program that uses it, or choose another port with --http-port`,
  );
});

describe('in a test', () => {
  it('`startMock({ tls: true })` has an https URL and the authority, and says https in process, too', async () => {
    await using mock = await startMock({ tls: true });
    const path = `/auth/realms/${cast.tenant.realm}/.well-known/openid-configuration`;
    const { issuer } = (await (await mock.fetch(path)).json()) as { issuer: string };
    const world = await mock.world();

    expect(mock.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(issuer).toBe(`${mock.url}/auth/realms/${cast.tenant.realm}`);
    expect(world.ca).toBe(mock.ca);
    expect(await get(Number(new URL(mock.url).port), 'localhost', '/_mock/health', mock.ca ?? '')).toMatchObject({
      status: 200,
    });
  });

  it('`connect` tells why a server with https does not answer it', async () => {
    await using mock = await startMock({ tls: true });

    await expect(clientOf(mock.url).info()).rejects.toThrow(/has a certificate of a CA that is not trusted here/);
    await expect(clientOf(mock.url.replace('https:', 'http:')).info()).rejects.toThrow(
      /This port serves https.*Use https:\/\//,
    );
  });

  it('`startMock()` has none', async () => {
    await using mock = await startMock();

    expect(mock.ca).toBeNull();
    expect((await mock.fetch('/_mock/ca.pem')).status).toBe(404);
  });

  it('takes a certificate and its key as texts', async () => {
    const random = createSystemRandom();
    const [authority, key] = [createAuthority(Date.now(), random), generateKey()];
    const cert = new Issuer(authority, random).issue(['localhost'], key, Date.now());
    await using mock = await startMock({ tls: { cert, key: exportKey(key) } });

    expect(await get(Number(new URL(mock.url).port), 'localhost', '/_mock/info', authority.certificate)).toMatchObject({
      status: 200,
    });
    expect(JSON.stringify(await mock.info())).not.toContain('PRIVATE KEY');
  });

  it('refuses a certificate without a key', async () => {
    await expect(startMock({ tls: { cert: 'a' } as never })).rejects.toThrow('lacks `cert` or `key`');
  });
});

describe('clients of other kinds, with nothing but the authority', () => {
  const trusted = async () => {
    const server = await httpsServer();
    const file = join(await folder(), 'ca.pem');
    await writeFile(file, server.ca);
    return { ...server, file, byName: `https://localhost:${server.port}` };
  };

  it("Node's fetch with NODE_EXTRA_CA_CERTS", async () => {
    const { file, byName, url } = await trusted();
    const script = `for (const u of ['${byName}', '${url}']) console.log((await fetch(u + '/_mock/health')).status)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      env: { NODE_EXTRA_CA_CERTS: file },
    });

    expect(stdout).toBe('200\n200\n');
  });

  it('curl', async () => {
    const { file, byName } = await trusted();
    const { stdout } = await run('curl', ['-sS', '--cacert', file, `${byName}/_mock/health`]);

    expect(JSON.parse(stdout)).toEqual({ status: 'ready' });
  });

  it("Python's ssl, with every check it has", async () => {
    const { file, byName } = await trusted();
    const script = [
      'import ssl, sys, urllib.request',
      'context = ssl.create_default_context(cafile=sys.argv[1])',
      'context.verify_flags |= ssl.VERIFY_X509_STRICT',
      'print(urllib.request.urlopen(sys.argv[2] + "/_mock/health", context=context).status)',
    ].join('\n');
    const { stdout } = await run('python3', ['-c', script, file, byName]);

    expect(stdout).toBe('200\n');
  });

  it("Python's requests, where it is installed, with REQUESTS_CA_BUNDLE", async ({ skip }) => {
    const python = pythonWith('requests');
    if (python === undefined) return skip('requests is not installed');
    const { file, byName } = await trusted();
    const script = 'import requests, sys; print(requests.get(sys.argv[1] + "/_mock/health").status_code)';
    const env = { PATH: process.env['PATH'], REQUESTS_CA_BUNDLE: file };
    const { stdout } = await run(python, ['-c', script, byName], { env });

    expect(stdout).toBe('200\n');
  });

  it('openid-client and oauth4webapi, without `allowInsecureRequests`', async () => {
    const { file, byName } = await trusted();
    const realm = `${byName}/auth/realms/${cast.tenant.realm}`;
    const script = `
      import * as client from 'openid-client';
      import * as oauth from 'oauth4webapi';
      const config = await client.discovery(new URL('${realm}'), 'runai-cli');
      console.log(config.serverMetadata().issuer);
      const issuer = new URL('${realm}');
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
      console.log(as.issuer);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: process.cwd(),
      env: { NODE_EXTRA_CA_CERTS: file },
    });

    expect(stdout).toBe(`${realm}\n${realm}\n`);
  });
});
