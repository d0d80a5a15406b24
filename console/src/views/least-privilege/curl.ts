import type { RequestToAllow } from '../../control-api/types.ts';

/** Options of curl that take a value. */
const SHORT_OPTIONS = 'AbcCdDeEFHKmoPQrtTuUwxXyYz';
const LONG_OPTIONS =
  'request header data data-raw data-binary data-ascii data-urlencode json url user user-agent cookie cookie-jar referer form form-string output upload-file write-out max-time connect-timeout retry retry-delay retry-max-time proxy cacert cert key oauth2-bearer resolve connect-to interface limit-rate range aws-sigv4 config';
const OPTIONS_WITH_VALUE = new Set([
  ...[...SHORT_OPTIONS].map((one) => `-${one}`),
  ...LONG_OPTIONS.split(' ').map((one) => `--${one}`),
]);

const DATA_OPTIONS = new Set([
  '-d',
  '--data',
  '--data-raw',
  '--data-binary',
  '--data-ascii',
  '--data-urlencode',
  '--json',
]);

/** Returns the requests of the curl commands in a shell text. Headers and credentials are dropped. */
export function parseCurl(text: string): readonly RequestToAllow[] {
  return splitCommands(text).flatMap((words) => {
    const index = words.findIndex((word) => /(?:^|\/)curl(?:\.exe)?$/.test(word));
    return index < 0 ? [] : parseCommand(words.slice(index + 1));
  });
}

function parseCommand(words: readonly string[]): readonly RequestToAllow[] {
  const urls: string[] = [];
  const data: string[] = [];
  const flags = new Set<string>();
  let method: string | undefined;
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-')) {
      urls.push(word);
      continue;
    }
    // `-sXPOST` means `-s -X POST`.
    const isShort = /^-[^-]./.test(word);
    const option = isShort ? word.slice(0, 2) : word;
    if (isShort) queue.unshift(OPTIONS_WITH_VALUE.has(option) ? word.slice(2) : `-${word.slice(2)}`);
    flags.add(option);
    if (!OPTIONS_WITH_VALUE.has(option)) continue;
    const value = queue.shift() ?? '';
    if (option === '-X' || option === '--request') method = value.toUpperCase();
    else if (option === '--url') urls.push(value);
    else if (DATA_OPTIONS.has(option)) data.push(value);
  }
  const has = (...names: string[]) => names.some((name) => flags.has(name));
  const isQuery = has('-G', '--get');
  const hasBody = !isQuery && (data.length > 0 || has('-F', '--form', '--form-string'));
  const defaultMethod = has('-I', '--head') ? 'HEAD' : has('-T', '--upload-file') ? 'PUT' : hasBody ? 'POST' : 'GET';
  return urls.map((url) => createRequest(method ?? defaultMethod, url, isQuery ? '' : data.join('&')));
}

/** Returns a request without the parts of its URL that may hold credentials. A leading variable stands for any host. */
export function createRequest(method: string, url: string, body: string): RequestToAllow {
  const publicUrl = url.replace(/[?#].*$/s, '').replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1');
  const path = /^(?:\$\w+|[$]?\{+[^}]*\}+)(\/.*)$/s.exec(publicUrl)?.[1];
  const parsed = parseJson(body);
  return {
    // The control API validates the method.
    method: method as RequestToAllow['method'],
    ...(path !== undefined ? { path } : { url: /^https?:/i.test(publicUrl) ? publicUrl : `http://${publicUrl}` }),
    ...(parsed !== undefined && { body: parsed }),
  };
}

const SECRET_NAME = /secret|passw|token|api_?key|credential|authori|cookie|private|^value$/i;
/** Larger bodies identify no object, and together could exceed the request limit. */
const MAX_BODY_LENGTH = 20_000;

/** Parses JSON and hides possible secrets. Undefined if it is not JSON, such as a file name. */
function parseJson(text: string): unknown {
  if (text.length > MAX_BODY_LENGTH) return undefined;
  try {
    return JSON.parse(text, (name, value) => {
      const isSecret = SECRET_NAME.test(name) || /nvapi-|eyJ/.test(String(value));
      return typeof value === 'string' && isSecret ? 'hidden' : value;
    });
  } catch {
    return undefined;
  }
}

/** A shell word, possibly of differently quoted parts, or the end of a command. */
const WORD = /(?:\$'(?:\\.|[^'\\])*'|'[^']*'|"(?:\\.|[^"\\])*"|\\[\s\S]|[^\s'"\\;|&])+|[;|&\n]|\s+/g;
const PART = /\$'((?:\\.|[^'\\])*)'|'([^']*)'|"((?:\\.|[^"\\])*)"|\\([\s\S])|[^'"\\]+?(?=\$'|['"\\]|$)/gs;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function splitCommands(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of text.replaceAll(/\\\r?\n/g, ' ').matchAll(WORD)) {
    if (/^[;|&]$|^\s*\n/.test(word)) commands.push([]);
    else if (word.trim() !== '') commands.at(-1)?.push(word.replaceAll(PART, unquote));
  }
  return commands;
}

function unquote(part: string, ansi?: string, single?: string, double?: string, escaped?: string): string {
  if (ansi !== undefined) {
    const code = (text: string) => String.fromCharCode(Number.parseInt(text, 16));
    return ansi.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, u, x, one) =>
      u !== undefined || x !== undefined ? code(u ?? x) : (ESCAPES[one] ?? one),
    );
  }
  return single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? part;
}
