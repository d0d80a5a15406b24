// Dredd only supports one unnamed example per part, requires all headers of a response, compares texts exactly, and sends a
// request for each documented status.
import { readFileSync, writeFileSync } from 'node:fs';

const [, , from, to] = process.argv;
const withOneExample = (_, part) => {
  const { examples, ...rest } = part ?? {};
  return examples?.cast === undefined ? part : { ...rest, example: examples.cast.value };
};
const document = JSON.parse(readFileSync(from, 'utf8'), withOneExample);
const follow = (part) =>
  part.$ref
    ?.split('/')
    .slice(1)
    .reduce((found, step) => found[step], document) ?? part;
for (const item of Object.values(document.paths)) {
  for (const [method, { parameters = [], requestBody, responses }] of Object.entries(item)) {
    const successes = Object.entries(responses).filter(([status]) => status < 400);
    const hasExample = ([, { content = {} }]) => Object.values(content).some(({ example }) => example !== undefined);
    const [status, { headers: _, ...answer }] = successes.find(hasExample) ?? successes[0];
    // Streams have no example, and must be requested with a field of the body.
    if (Object.keys(answer.content ?? {}).length > 1) delete answer.content['text/event-stream'];
    const given = parameters.map(follow).filter(({ required }) => required);
    const parts = [...given, ...Object.values(requestBody?.content ?? {}), ...Object.values(answer.content ?? {})];
    const hasAll = parts.every(({ example }) => example !== undefined);
    delete answer.content?.['text/html']?.example;
    item[method].responses = { [status]: answer };
    if (!hasAll) delete item[method];
  }
}
writeFileSync(to, JSON.stringify(document));
