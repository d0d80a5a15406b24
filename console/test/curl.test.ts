/** What a person can paste to ask which key it needs. */
import { describe, expect, it } from 'vitest';
import { parseRequests } from '../src/views/least-privilege/parse-requests.ts';

const url = 'https://h/p';
const BODY = { a: "it's" };

describe('pasted requests', () => {
  it.each<[text: string, requests: readonly object[]]>([
    [`curl ${url}`, [{ method: 'GET', url }]],
    [`$ curl -sSXDELETE '${url}' -o /dev/null | jq .`, [{ method: 'DELETE', url }]],
    [`curl --request put --url "${url}"`, [{ method: 'PUT', url }]],
    [`curl -I ${url}`, [{ method: 'HEAD', url }]],
    [`curl -T file ${url}`, [{ method: 'PUT', url }]],
    [`curl -G -d a=b ${url}`, [{ method: 'GET', url }]],
    [`curl ${url} -d @body.json`, [{ method: 'POST', url }]],
    [
      `curl ${url} \\\n  -H 'a: b' \\\r\n  --data-raw '{"a":"it'\\''s"}' --compressed`,
      [{ method: 'POST', url, body: BODY }],
    ],
    [`curl ${url} --json "{\\"a\\":\\"it's\\"}"`, [{ method: 'POST', url, body: BODY }]],
    [`curl ${url} --data-binary $'{"a":"it\\'\\u0073"}'`, [{ method: 'POST', url, body: BODY }]],
    [
      `A=1 curl ${url} && curl localhost:6625/q; curl -f "$BASE_URL/r"\n/usr/bin/curl \${HOST}/s`,
      [
        { method: 'GET', url },
        { method: 'GET', url: 'http://localhost:6625/q' },
        { method: 'GET', path: '/r' },
        { method: 'GET', path: '/s' },
      ],
    ],
    [`curl ${url} ${url}\ncurl ${url}\necho curl-less`, [{ method: 'GET', url }]],
  ])('%s', (text, requests) => {
    expect(parseRequests(text)).toEqual(requests);
  });

  it('lose possible secrets: headers, queries, the user of a URL, and members of bodies', () => {
    const [request] = parseRequests(
      `curl -u a:b -H 'authorization: Bearer c' 'https://u:p@h/p?key=k#f' -d '{"clientSecret":"s","env":{"value":"v"},"x":"nvapi-k"}'`,
    );

    expect(request).toEqual({
      method: 'POST',
      url,
      body: { clientSecret: 'hidden', env: { value: 'hidden' }, x: 'hidden' },
    });
    expect(parseRequests('curl u:p@h/p')).toEqual([{ method: 'GET', url: 'http://h/p' }]);
  });

  it('are limited to 200 distinct requests', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `curl ${url}/${index}`).join('\n');

    expect(parseRequests(many(200))).toHaveLength(200);
    expect(() => parseRequests(many(201))).toThrow('There are 201 different requests');
  });
});
