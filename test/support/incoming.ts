import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** What a request says. */
interface Said {
  readonly method?: string;
  readonly url?: string;
  /** Each line by itself, as it is received. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

/** A request as Node hands it on, with its body behind it, that no line brought. */
export function incoming({ method = 'GET', url = '/', headers = [], body }: Said = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.url = url;
  request.httpVersion = '1.1';
  request.rawHeaders = headers.flat();
  if (body !== undefined) request.push(body);
  request.push(null);
  return request;
}
