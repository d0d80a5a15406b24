import request from 'supertest';
import type { Transport } from './server.ts';

type Method = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

/** Sends requests with supertest to the server on a free port. */
export const overHttp: Transport = async (server) => {
  const { url: base } = await server.listen('127.0.0.1', 0);
  const agent = request(base);
  return async (method, url, { headers, payload }) => {
    // An absolute URL includes the host of the request.
    const [, host = headers['host'], path = ''] = /^(?:https?:\/\/([^/]*))?(.*)$/.exec(url) ?? [];
    const sending = agent[method.toLowerCase() as Method](path)
      .set({ ...headers, host })
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(null, String(Buffer.concat(chunks))));
      });
    const answer = await (payload === undefined ? sending : sending.send(payload));
    return {
      statusCode: answer.status,
      headers: answer.headers,
      body: typeof answer.body === 'string' ? answer.body : '',
    };
  };
};
