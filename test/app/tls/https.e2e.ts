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
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createConfig } from '../../../src/app/config.ts';
import type { Config } from '../../../src/app/options.ts';
import { buildServer } from '../../../src/app/server.ts';
import { createAuthority, exportKey, generateKey, Issuer } from '../../../src/app/tls/certificates.ts';
import type { Limits } from '../../../src/http/transport/limits.ts';
import { connect as clientOf, startMock } from '../../../src/index.ts';
import { createSystemRandom } from '../../../src/lib/random.ts';
import { cast } from '../../support/cast.ts';

const run = promisify(execFile);

async function makeFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tls-'));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function startHttpsServer(config: Partial<Config> = {}, log: string[] = [], limits: Partial<Limits> = {}) {
  const effective = createConfig({ tls: true, ...config });
  const createLog = () => ({
    ...silent,
    error: (line: string) => void log.push(line),
    warn: (line: string) => void log.push(line),
  });
  const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const server = await buildServer({ effective, offDocument: 'throw', limits, log: createLog as never });
  onTestFinished(() => server.close());
  const { port, url, httpUrl } = await server.listen('127.0.0.1', 0, true, effective.config.httpPort);
  return { ...server, port, url, httpUrl, ca: server.caCertificate ?? '' };
}

/** Sends these bytes and returns the answer until the connection closes. */
function exchange(port: number, bytes: string | Buffer): Promise<string> {
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

describe('a port', () => {
  it('for https returns 400 to plain http and logs it once', async () => {
    const log: string[] = [];
    const { port } = await startHttpsServer({}, log);
    for (let time = 0; time < 3; time += 1) {
      const answer = await exchange(port, PLAIN);

      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain('content-type: text/plain; charset=utf-8\r\n');
      expect(answer).toContain('This port serves https, but received plain http. Use https://');
    }
    expect(log).toEqual([
      expect.stringMatching(/^This port serves https.*--http-port.* \[port \d+, from 127\.0\.0\.1\]$/),
    ]);
  });

  it('for http returns 400 to a TLS handshake and logs it once', async () => {
    const log: string[] = [];
    const plain = await startHttpsServer({ tls: false }, log);
    const both = await startHttpsServer({ httpPort: 0 }, log);
    const httpPort = Number(new URL(both.httpUrl ?? '').port);
    for (const port of [plain.port, plain.port, httpPort]) {
      expect(await exchange(port, HELLO)).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*This port serves http, but received a TLS handshake/,
      );
    }
    expect(log).toEqual([
      expect.stringMatching(/Use http:\/\/, or start the server with `--tls`\. \[port \d+, from 127\.0\.0\.1\]$/),
      expect.stringMatching(/Use http:\/\/, or the port for https\. \[port \d+, from 127\.0\.0\.1\]$/),
    ]);
  });

  it('for http does not report TLS after a valid request', async () => {
    const log: string[] = [];
    const { port } = await startHttpsServer({ tls: false }, log);
    const answer = await exchange(port, Buffer.concat([Buffer.from(PLAIN), HELLO]));

    expect(answer).not.toContain('TLS');
    expect(log).toEqual([]);
  });
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends a request to this machine under a host name and checks the certificate for that name. */
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
        port,
        path,
        ca,
        agent: false,
        host: '127.0.0.1',
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
  it('accepts clients that trust its authority, and no others', async () => {
    const { port, ca } = await startHttpsServer();

    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
    await expect(
      get(port, 'localhost', '/_mock/health', createAuthority(Date.now(), createSystemRandom()).certificate),
    ).rejects.toThrow();
  });

  it.each(['localhost', 'acme.localhost', 'mock', 'api.ngc.nvidia.com', 'f1.invocation.localhost'])(
    'has a certificate for %s',
    async (name) => {
      const { port, ca } = await startHttpsServer();
      const socket = await handshake(port, { ca, servername: name });
      onTestFinished(() => void socket.destroy());

      expect(socket.authorized).toBe(true);
      expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${name}`);
    },
  );

  it('has a certificate for addresses and its own names if the handshake has no server name', async () => {
    const { port, ca } = await startHttpsServer({ alias: ['mock'], publicUrl: 'https://auth.example.test' });
    const socket = await handshake(port, { ca });
    onTestFinished(() => void socket.destroy());

    expect(socket.authorized).toBe(true);
    expect(socket.getPeerCertificate().subjectaltname).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:mock, DNS:auth.example.test',
    );
    expect(await get(port, '127.0.0.1', '/_mock/health', ca)).toMatchObject({ status: 200 });
  });

  it('offers only http/1.1 to clients that prefer h2', async () => {
    const { port, ca } = await startHttpsServer();
    const socket = await handshake(port, { ca, servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] });
    onTestFinished(() => void socket.destroy());

    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  it('logs a client that offers only h2 once', async () => {
    const log: string[] = [];
    const { port, ca } = await startHttpsServer({}, log);
    const connectWithHttp2 = () =>
      new Promise<unknown>((resolve) => connectByHttp2(`https://localhost:${port}`, { ca }).once('error', resolve));

    expect(await connectWithHttp2()).toBeInstanceOf(Error);
    expect(await connectWithHttp2()).toBeInstanceOf(Error);
    expect(log).toEqual([expect.stringMatching(/HTTP\/1\.1 only.*gRPC.*\[port \d+, from [\da-f.:]+\]$/)]);
  });

  it('has https URLs in the issuer, in discovery and in worlds, and http URLs on its port for http', async () => {
    const { port, ca, httpUrl } = await startHttpsServer({ httpPort: 0, world: ['acme'] });
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

  it('serves the certificate of its authority without the admin token, and never the key', async () => {
    const { port, ca, httpUrl } = await startHttpsServer({ adminToken: 'secret-token', httpPort: 0 });
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

  it('counts connections from their TCP connect to their end', async () => {
    const { port, ca } = await startHttpsServer({}, [], { connections: 3 });
    const openConnection = () => handshake(port, { ca, servername: 'localhost' });
    for (let n = 0; n < 8; n++) {
      const socket = await openConnection();
      socket.destroy();
      await expect.poll(async () => (await get(port, 'localhost', '/_mock/health', ca)).status).toBe(200);
    }
    const sockets = [await openConnection(), await openConnection(), connectByTcp(port, '127.0.0.1')];
    await new Promise((resolve) => sockets[2]?.once('connect', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });

    await expect(openConnection()).rejects.toThrow();
  });

  it.each([
    ['before', /^HTTP\/1\.1 401 (?:(?!HTTP).)*\r\n\r\n$/s],
    ['headers', /\r\n\r\nHTTP\/1\.1 503 (?:(?!\r\n\r\n).)*$/s],
    ['body', /\r\n\r\nHTTP\/1\.1 403 .*\r\n\r\n\{[^}]*$/s],
  ])('drops a connection at the point of a fault, after the earlier answers: %s', async (drop, expected) => {
    const log: string[] = [];
    const { app, port } = await startHttpsServer({}, log);
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
    expect(text).toMatch(expected);
    expect([log, (await app.inject({ url: '/_mock/health', headers })).statusCode]).toEqual([[], 200]);
  });

  it('survives bytes that are not TLS', async () => {
    const log: string[] = [];
    const { port, ca } = await startHttpsServer({}, log);
    const sendRaw = (text: string | Buffer) =>
      new Promise<void>((resolve) => {
        const socket = connectByTcp(port, '127.0.0.1', () => socket.end(text));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    await sendRaw('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await sendRaw('');
    await sendRaw(Buffer.from('160301ffff', 'hex'));
    await sendRaw(Buffer.alloc(70_000, 0x16));
    await Promise.allSettled([handshake(port, { servername: 'a'.repeat(63) }), handshake(port, { servername: '*.x' })]);

    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
    // Only the plain http request is logged.
    expect(log).toHaveLength(1);
  });

  it('stops despite idle connections and unfinished handshakes', async () => {
    const { port, ca, close } = await startHttpsServer();
    const idle = await handshake(port, { ca, servername: 'localhost' });
    idle.on('error', () => {});
    const unfinished = connectByTcp(port, '127.0.0.1');
    unfinished.on('error', () => {});
    await new Promise((resolve) => unfinished.once('connect', resolve));
    const begun = Date.now();
    await close();

    expect(Date.now() - begun).toBeLessThan(8000);
  });
});

describe('the authority', () => {
  it('is kept beside a data file across restarts, readable only by its owner', async () => {
    const data = join(await makeFolder(), 'mock.db');
    const first = await startHttpsServer({ data });
    await first.close();
    const second = await startHttpsServer({ data });

    expect(second.ca).toBe(first.ca);
    expect((await stat(`${data}.ca.pem`)).mode & 0o777).toBe(0o600);
    expect(await get(second.port, 'localhost', '/_mock/health', first.ca)).toMatchObject({ status: 200 });
  });

  it('is created again if a process was killed while it wrote it', async () => {
    const directory = await makeFolder();
    const data = join(directory, 'mock.db');
    await writeFile(`${data}.ca.pem.new`, '-----BEGIN CERT');
    const { ca, port } = await startHttpsServer({ data });

    expect(await readFile(`${data}.ca.pem`, 'utf8')).toContain(ca);
    expect(await readdir(directory)).not.toContain('mock.db.ca.pem.new');
    expect(await get(port, 'localhost', '/_mock/health', ca)).toMatchObject({ status: 200 });
  });

  it('that is damaged stops the start with a fix', async () => {
    const data = join(await makeFolder(), 'mock.db');
    await writeFile(`${data}.ca.pem`, 'nothing');

    await expect(startHttpsServer({ data })).rejects.toThrow(
      `${data}.ca.pem lacks a certificate or a key. Delete ${data}.ca.pem, restart, and let clients trust`,
    );
  });
});

describe('a certificate of `--tls-cert`', () => {
  const random = createSystemRandom();
  const DAY = 86_400_000;
  const key = generateKey();
  const writeCertificate = async (now = Date.now(), keyPem = exportKey(key)) => {
    const authority = createAuthority(now, random);
    const directory = await makeFolder();
    const [tlsCert, tlsKey] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    await writeFile(tlsCert, new Issuer(authority, random).issue(['localhost'], key, now));
    await writeFile(tlsKey, keyPem);
    return { authority, tlsCert, tlsKey };
  };

  it('is used, and `/_mock/ca.pem` returns 404', async () => {
    const { authority, ...config } = await writeCertificate();
    const { port, ca } = await startHttpsServer({ tls: false, ...config });

    expect(await get(port, 'localhost', '/_mock/health', authority.certificate)).toMatchObject({ status: 200 });
    expect(await get(port, 'localhost', '/_mock/ca.pem', authority.certificate)).toMatchObject({ status: 404 });
    expect(ca).toBe('');
  });

  it.each([
    ['expired', -500, /--tls-cert \S+ expired on 20\d\d-\d\d-\d\d\. Use one that is valid now/],
    ['is not valid yet', 3, /--tls-cert \S+ is not valid before 20\d\d-\d\d-\d\d\./],
  ])('that %s is rejected', async (_what, days, message) => {
    const { tlsCert, tlsKey } = await writeCertificate(Date.now() + days * DAY);

    await expect(startHttpsServer({ tlsCert, tlsKey })).rejects.toThrow(message);
  });

  it('with the key of another certificate is rejected', async () => {
    const { tlsCert, tlsKey } = await writeCertificate(Date.now(), exportKey(generateKey()));

    await expect(startHttpsServer({ tlsCert, tlsKey })).rejects.toThrow(
      `--tls-key ${tlsKey} does not match --tls-cert ${tlsCert}.`,
    );
  });

  it('that cannot be read or parsed is rejected without a part of the key in the message', async () => {
    const { tlsCert, tlsKey } = await writeCertificate(
      Date.now(),
      '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
    );

    await expect(startHttpsServer({ tlsCert: `${tlsCert}.no`, tlsKey })).rejects.toThrow(
      'cannot be read: it does not exist. Give the path of a readable PEM file.',
    );
    const fault = await startHttpsServer({ tlsCert, tlsKey }).catch((thrown: Error) => thrown);
    expect(String(fault)).toContain(`--tls-key ${tlsKey} is not a private key. Expected PEM without a passphrase`);
    expect(String(fault)).not.toContain('c2VjcmV0');
  });
});

it.each<[options: Partial<Config>, message: string]>([
  [{ tls: false, tlsCert: 'a.pem' }, '--tls-cert is set without --tls-key.'],
  [{ tls: false, tlsKey: 'a.pem' }, '--tls-key is set without --tls-cert.'],
  [{ tls: false, httpPort: 80 }, '--http-port needs https, but neither --tls nor --tls-cert is set.'],
  [{ httpPort: 6625 }, '--http-port and --port are both 6625.'],
])('contradictory options are rejected: %j', async (config, message) => {
  await expect(startHttpsServer(config)).rejects.toThrow(message);
});

it('an `--http-port` that is already in use is rejected', async () => {
  const { httpUrl } = await startHttpsServer({ httpPort: 0 });
  const { port } = new URL(httpUrl ?? '');

  await expect(startHttpsServer({ httpPort: Number(port) })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is already in use. Stop the program that uses it, or choose another port with --http-port`,
  );
});

describe('the library', () => {
  it('has https URLs and the authority with `startMock({ tls: true })`', async () => {
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

  it('explains in `connect` why the TLS connection failed', async () => {
    await using mock = await startMock({ tls: true });

    await expect(clientOf(mock.url).info()).rejects.toThrow(/has a certificate of a CA that is not trusted here/);
    await expect(clientOf(mock.url.replace('https:', 'http:')).info()).rejects.toThrow(
      /This port serves https.*Use https:\/\//,
    );
  });

  it('accepts a certificate and its key as strings', async () => {
    const random = createSystemRandom();
    const [authority, key] = [createAuthority(Date.now(), random), generateKey()];
    const cert = new Issuer(authority, random).issue(['localhost'], key, Date.now());
    await using mock = await startMock({ tls: { cert, key: exportKey(key) } });

    expect(await get(Number(new URL(mock.url).port), 'localhost', '/_mock/info', authority.certificate)).toMatchObject({
      status: 200,
    });
    expect(JSON.stringify(await mock.info())).not.toContain('PRIVATE KEY');
  });
});

describe('a server with --tls is accepted, with its authority, by', () => {
  const startTrusted = async () => {
    const server = await startHttpsServer();
    const file = join(await makeFolder(), 'ca.pem');
    await writeFile(file, server.ca);
    return { ...server, file, byName: `https://localhost:${server.port}` };
  };

  it("Python's ssl with strict checks", async () => {
    const { file, byName } = await startTrusted();
    const script = [
      'import ssl, sys, urllib.request',
      'context = ssl.create_default_context(cafile=sys.argv[1])',
      'context.verify_flags |= ssl.VERIFY_X509_STRICT',
      'print(urllib.request.urlopen(sys.argv[2] + "/_mock/health", context=context).status)',
    ].join('\n');
    const { stdout } = await run('python3', ['-c', script, file, byName]);

    expect(stdout).toBe('200\n');
  });
});
