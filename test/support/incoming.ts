import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** The parts of a request. */
interface IncomingParts {
  readonly method?: string;
  readonly url?: string;
  /** One entry per header line, as received. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

/** Creates a request like Node's, with its body, without a connection. */
export function incoming({ method = 'GET', url = '/', headers = [], body }: IncomingParts = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.url = url;
  request.httpVersion = '1.1';
  request.rawHeaders = headers.flat();
  if (body !== undefined) request.push(body);
  request.push(null);
  return request;
}
