import type { RequestToAllow } from '../../control-api/types.ts';

/** The options of curl that take a value, as letters and as names. */
const SHORT_OPTIONS_WITH_VALUE = 'AbcCdDeEFHKmoPQrtTuUwxXyYz';
const LONG_OPTIONS_WITH_VALUE =
  'request header data data-raw data-binary data-ascii data-urlencode json url user user-agent cookie cookie-jar referer form form-string output upload-file write-out max-time connect-timeout retry retry-delay retry-max-time proxy cacert cert key oauth2-bearer resolve connect-to interface limit-rate range aws-sigv4 config';
const OPTIONS_WITH_VALUE = new Set([
  ...[...SHORT_OPTIONS_WITH_VALUE].map((letter) => `-${letter}`),
  ...LONG_OPTIONS_WITH_VALUE.split(' ').map((name) => `--${name}`),
]);

/** The options whose value is a body. */
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

/** Returns the requests of one command, one for each URL. @param words the words after `curl` */
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
  // With `-G`, the data is sent as a query.
  const isQuery = has('-G', '--get');
  const hasBody = !isQuery && (data.length > 0 || has('-F', '--form', '--form-string'));
  let defaultMethod = hasBody ? 'POST' : 'GET';
  if (has('-T', '--upload-file')) defaultMethod = 'PUT';
  if (has('-I', '--head')) defaultMethod = 'HEAD';
  return urls.map((url) => createRequest(method ?? defaultMethod, url, isQuery ? '' : data.join('&')));
}

/** Returns a request without the parts of its URL that may hold credentials. A leading variable stands for any host. */
export function createRequest(method: string, url: string, body: string): RequestToAllow {
  const publicUrl = url.replace(/[?#].*$/s, '').replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1');
  // A leading variable, such as `$HOST` or `{{host}}`.
  const path = /^(?:\$\w+|[$]?\{+[^}]*\}+)(\/.*)$/s.exec(publicUrl)?.[1];
  const parsed = parseJson(body);
  return {
    // The control API validates the method.
    method: method as RequestToAllow['method'],
    ...(path !== undefined ? { path } : { url: /^https?:/i.test(publicUrl) ? publicUrl : `http://${publicUrl}` }),
    ...(parsed !== undefined && { body: parsed }),
  };
}

/** Names of members that may be secret. The member `value` may hold any of them. */
const SECRET_NAME = /secret|passw|token|api_?key|credential|authori|cookie|private|^value$/i;

/** The beginning of an NGC key, or of a JWT. */
const SECRET_VALUE = /nvapi-|eyJ/;

/** Larger bodies identify no object, and together could exceed the request limit. */
const MAX_BODY_LENGTH = 20_000;

/** Parses JSON and hides possible secrets. Undefined if it is not JSON, such as a file name. */
function parseJson(text: string): unknown {
  if (text.length > MAX_BODY_LENGTH) return undefined;
  try {
    return JSON.parse(text, (name, value) => {
      const isSecret = SECRET_NAME.test(name) || SECRET_VALUE.test(String(value));
      return typeof value === 'string' && isSecret ? 'hidden' : value;
    });
  } catch {
    return undefined;
  }
}

/** A shell word, possibly of differently quoted parts, or the end of a command. */
const WORD = /(?:\$'(?:\\.|[^'\\])*'|'[^']*'|"(?:\\.|[^"\\])*"|\\[\s\S]|[^\s'"\\;|&])+|[;|&\n]|\s+/g;
/** A part of a word: with ANSI-C, single or double quotes, an escaped character, or without quotes. */
const PART = /\$'((?:\\.|[^'\\])*)'|'([^']*)'|"((?:\\.|[^"\\])*)"|\\([\s\S])|[^'"\\]+?(?=\$'|['"\\]|$)/gs;
/** The characters of the ANSI-C escapes that are letters. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Splits a shell text into commands, and these into words without quotes. */
function splitCommands(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of text.replaceAll(/\\\r?\n/g, ' ').matchAll(WORD)) {
    if (/^[;|&]$|^\s*\n/.test(word)) commands.push([]);
    else if (word.trim() !== '') commands.at(-1)?.push(word.replaceAll(PART, unquote));
  }
  return commands;
}

/** Returns the text of a part of a word, by the groups of the expression `PART`. */
function unquote(part: string, ansi?: string, single?: string, double?: string, escaped?: string): string {
  if (ansi !== undefined) {
    const decode = (text: string) => String.fromCharCode(Number.parseInt(text, 16));
    return ansi.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, unicode, hex, letter) =>
      unicode !== undefined || hex !== undefined ? decode(unicode ?? hex) : (ESCAPES[letter] ?? letter),
    );
  }
  return single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? part;
}
