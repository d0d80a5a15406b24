import { connect as connectByHttp2 } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { START, testServer } from '../../support/server.ts';
import { openLine } from '../../support/wire.ts';

const HELLO = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]);
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

async function startServer() {
  const lines: string[] = [];
  const log = createLineLog('warn', false, { now: () => START }, (line) => void lines.push(line));
  const server = await testServer({}, { log: () => log });
  const { port } = await server.listen('127.0.0.1', 0);
  return { lines, port };
}

/** What the server sends before it closes the connection. */
async function exchange(port: number, ...packets: (string | Buffer)[]): Promise<string> {
  const line = await openLine(port);
  for (const packet of packets) {
    line.send(packet);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return line.closed();
}

/** Calls a method of a gRPC service, and returns the error of the client. */
function readHttp2Error(port: number): Promise<Error> {
  return new Promise((resolve) => {
    const session = connectByHttp2(`http://127.0.0.1:${port}`);
    session.once('error', resolve);
    session.request({ ':method': 'POST', ':path': '/inference.GRPCInferenceService/ModelInfer' }).on('error', () => {});
  });
}

describe('an HTTP/2 connection', () => {
  it('is logged once and gets a 400 that names HTTP/1.1', async () => {
    const { lines, port } = await startServer();
    for (let time = 0; time < 3; time += 1) {
      const answer = await exchange(port, PREFACE);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain('This port serves HTTP/1.1 only, but received an HTTP/2 connection');
    }

    expect(lines).toEqual([expect.stringMatching(/HTTP\/2.*gRPC.*\[port \d+, from 127\.0\.0\.1\]/)]);
  });

  it('is logged if node:http2 opens it', async () => {
    const { lines, port } = await startServer();
    expect(await readHttp2Error(port)).toBeInstanceOf(Error);

    expect(lines).toEqual([expect.stringContaining('HTTP/2')]);
  });

  it('is recognized if its preface arrives in two packets', async () => {
    const { lines, port } = await startServer();
    await exchange(port, PREFACE.slice(0, 9), PREFACE.slice(9));

    expect(lines).toEqual([expect.stringContaining('HTTP/2')]);
  });

  it('is logged in addition to a TLS handshake from the same address', async () => {
    const { lines, port } = await startServer();
    await exchange(port, HELLO);
    await exchange(port, PREFACE);

    expect(lines).toEqual([expect.stringContaining('TLS handshake'), expect.stringContaining('HTTP/2')]);
  });
});
