import { createServer } from 'node:http';
import { afterAll } from 'vitest';

/** An answer passing through the proxy. */
export interface PassingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests change bodies of every form
  readonly body: any;
}

/** Changes to answers by `METHOD /path`, prefixed with `CREDENTIAL ` for a credential other than the valid one. */
export type Changes = Readonly<
  Record<string, (answer: PassingAnswer) => Partial<PassingAnswer> | Promise<Partial<PassingAnswer>>>
>;

/** Changes to all requests and answers. */
export interface Rewriting {
  readonly request?: (text: string) => string;
  readonly answer?: (text: string) => string;
}

/**
 * Puts a mock behind a proxy that changes its answers.
 *
 * @param token the valid token; other tokens are named by what is wrong with them
 * @returns the URL of the proxy
 */
export async function changedMock(url: string, token: string, changes: Changes, all: Rewriting = {}): Promise<string> {
  const proxy = createServer(async (request, response) => {
    const { authorization, 'content-type': type } = request.headers;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { request: before = (text: string) => text, answer: after = (text: string) => text } = all;
    const sent = Buffer.concat(parts).toString();
    const answer = await fetch(`${url}${before(request.url ?? '')}`, {
      method: request.method ?? 'GET',
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      redirect: 'manual',
      ...(sent !== '' && { body: before(sent) }),
    });
    const text = after(await answer.text());
    const given = { status: answer.status, headers: Object.fromEntries(answer.headers), body: jsonOr(text) };
    const key = `${credentialIn(authorization, sent, token)}${request.method} ${request.url}`;
    const { status, headers, body } = { ...given, ...(await changes[key]?.(given)) };
    const { 'content-length': _, 'content-encoding': __, 'transfer-encoding': ___, ...kept } = headers;
    response.writeHead(status, kept).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  afterAll(() => void proxy.close());
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

function credentialIn(authorization: string | undefined, body: string, token: string): string {
  if (body.includes('clientSecret')) return 'secret ';
  if (authorization === undefined) return 'none ';
  if (authorization === 'Bearer broken') return 'broken ';
  if (authorization === `Bearer ${token}`) return '';
  return authorization.endsWith('AAAA') ? 'unknown ' : 'expired ';
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
