import { STATUS_CODES } from 'node:http';
import { type Fields, isForm, listFields, serializeFields } from './body.ts';
import type { EntryView } from './view.ts';

/** Builds an HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/). @param entries oldest first */
export function createHar<Entry>(entries: Entry[], version: string) {
  return { log: { version: '1.2', creator: { name: 'nv-auth-mock', version }, entries } };
}

/** Converts a request to an archive entry, with secrets hidden and times of the world's clock. */
export function createHarEntry(view: EntryView) {
  const { request, response, status, durationMs } = view;
  const type = (headers: EntryView['request']['headers']) => [headers['content-type'] ?? ''].flat()[0] ?? '';
  const requestText = serializeBody(request);
  return {
    startedDateTime: view.at,
    time: durationMs,
    request: {
      method: view.method,
      url: view.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: toPairs(request.headers),
      queryString: toPairs(view.query),
      headersSize: -1,
      bodySize: request.size ?? -1,
      ...(requestText !== '' && {
        postData: { mimeType: type(request.headers), text: requestText, ...markTruncated(request) },
      }),
    },
    response: {
      // The format's value for a broken connection.
      status: status ?? 0,
      statusText: STATUS_CODES[status ?? 0] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: toPairs(response.headers),
      content: {
        size: response.size ?? 0,
        mimeType: type(response.headers),
        text: serializeBody(response),
        ...markTruncated(response),
      },
      redirectURL: [response.headers['location'] ?? ''].flat()[0] ?? '',
      headersSize: -1,
      bodySize: response.size ?? -1,
    },
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    // Custom members start with an underscore.
    _id: view.id,
    _operation: view.operation,
    _reason: view.reason,
    _decision: view.decision,
    _hints: view.hints,
    _fault: view.fault,
  };
}

function toPairs(fields: Fields) {
  return listFields(fields).map(([name, value]) => ({ name, value }));
}

/** Serializes a body. The journal has parsed forms. */
function serializeBody({ headers, body }: EntryView['request']): string {
  if (body === null || body === undefined) return '';
  if (typeof body === 'string') return body;
  if (!isForm(headers['content-type'])) return JSON.stringify(body);
  // Fields are strings, or lists of strings.
  return serializeFields(body as Fields);
}

/** Marks a truncated body with a custom member, which starts with an underscore. */
function markTruncated({ truncated }: EntryView['request']) {
  return truncated ? { _truncated: true } : {};
}
