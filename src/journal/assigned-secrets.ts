import { isCount, isErrorCode, namesSecret, secrecyOf } from './secret-names.ts';

type Shown = (secret: string) => string;

/** Texts without any of these name no secret. Most texts need no further checks. */
const STEMS =
  /pass|pwd|otp|secret|token|assertion|jwt|bearer|basic|signature|credential|auth|cookie|verifier|key|code|pin/i;

/** A name, and the sign before its value: in YAML, JSON, TOML, shells, forms and similar syntax. */
const NAME_AND_SIGN = /(?<![\w.-])(["'\\]{0,4})([\w.-]{1,100})(["'\\]{0,4}[ \t]{0,3}(?:=>|[:=])[ \t]{0,3})/g;

/** A pair of `name` and `value`, as in lists of environment variables. */
const PAIR =
  /(?<!\w)["']?(?:name|key)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?([\w.-]{1,100})["']?[ \t\r]{0,9}[,\n][ \t\r\n-]{0,99}["']?value["']?[ \t]{0,3}[:=][ \t]{0,3}/g;

/** An option of a command, with its value as the next word. A short word is more likely part of a sentence. */
const FLAG = /(?<![\w-])(--?[\w-]{1,60}[ \t]{1,3}["']?)([^\s"'-][^\s"']*)/g;
const SHORT_WORD = /^[a-z]{1,7}$/;

/** A credential with its scheme, as in `Authorization`. */
const SCHEME = /(?<!\w)((?:bearer|basic)[ \t]{1,3})([\w.~+/=-]{8,})/gi;

/** Names and passwords for `chpasswd`. */
const CHPASSWD =
  /(?<![\w.:-])([\w.-]{1,100}:)([^\s'"|]{1,200})(?=["']?[ \t]{0,3}\|[ \t]{0,3}(?:sudo[ \t]{1,3})?chpasswd)/g;

/**
 * Replaces the values of secrets that a script, a configuration or a command assigns. The rest of the text stays, so
 * the text must be complete.
 */
export function hideAssigned(text: string, replace: Shown): string {
  if (!STEMS.test(text)) return text;
  const assigned = replaceAfter(text, NAME_AND_SIGN, assignedValue, replace);
  const paired = text.includes('value') ? hidePaired(assigned, replace) : assigned;
  const commands = paired
    .replace(FLAG, (whole, flag: string, value: string) =>
      secrecyOf(flag.trim()) === null || SHORT_WORD.test(value) || isCount(flag, value)
        ? whole
        : `${flag}${replace(value)}`,
    )
    .replace(SCHEME, (whole, scheme: string, value: string) =>
      /[\d=]/.test(value) ? `${scheme}${replace(value)}` : whole,
    );
  if (!commands.includes('chpasswd')) return commands;
  return commands.replace(CHPASSWD, (_, user: string, password: string) => `${user}${replace(password)}`);
}

/** A parameter of a path (RFC 3986, 3.3) or a query, in a line with the URL of a request. */
const PARAMETER = /(?<![\w.-])([\w.-]{1,100}=)([^\s;/?&#,"'`<>()]+)/g;

/** Replaces only parameters: in a log line, a colon is punctuation, and not an assignment. */
export function hideParameters(line: string, replace: Shown): string {
  if (!line.includes('=')) return line;
  return line.replace(PARAMETER, (whole, name: string, value: string) => {
    const isOpen = secrecyOf(name) === null || isCount(name, value);
    return isOpen || (/^(?:code|auth|pin)=$/i.test(name) && isErrorCode(value)) ? whole : `${name}${replace(value)}`;
  });
}

/** Replaces only pairs of `name` and `value`, in any text. */
export function hidePaired(text: string, replace: Shown): string {
  const spanOf = ([, name = '']: RegExpExecArray, begin: number) => {
    const span = namesSecret(name) ? valueSpan(text, begin, FLOW) : null;
    return span === null || isCount(name, text.slice(...span)) ? null : span;
  };
  return replaceAfter(text, PAIR, spanOf, replace);
}

/** The range of a value, without its end. */
type Span = readonly [from: number, to: number];

function replaceAfter(
  text: string,
  pattern: RegExp,
  spanOf: (found: RegExpExecArray, begin: number, text: string) => Span | null,
  replace: Shown,
): string {
  const parts: string[] = [];
  let copied = 0;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const span = spanOf(found, found.index + found[0].length, text);
    if (span === null || span[1] <= span[0]) continue;
    parts.push(text.slice(copied, span[0]), replace(text.slice(...span)));
    copied = span[1];
    pattern.lastIndex = copied;
  }
  return copied === 0 ? text : `${parts.join('')}${text.slice(copied)}`;
}

const QUOTE = /\\{0,4}["']/y;
const IN_QUOTES = { '"': /(?:[^"\\]|\\.)*/sy, "'": /(?:[^'\\]|\\.)*/sy };
const WORD = /[^\s&;,"'<>)\]}\\]+/y;
const FLOW = /[^\r\n,}\]]+/y;
const LINE = /[^\r\n]+/y;

function assignedValue(
  [, quote = '', name = '', sign = '']: RegExpExecArray,
  begin: number,
  text: string,
): Span | null {
  const isVariable = /^[A-Z\d_]+$/.test(name);
  if (secrecyOf(name) === null && !(isVariable && namesSecret(name))) return null;
  const span = spanBehind(text, begin, begin - sign.length - name.length - quote.length, quote, sign);
  if (span === null) return null;
  const value = text.slice(...span);
  const isOpen = isCount(name, value) || (/^(?:code|auth|pin)$/i.test(name) && isErrorCode(value));
  return isOpen ? null : span;
}

/** @param start where the name begins, including its quote */
function spanBehind(text: string, begin: number, start: number, quote: string, sign: string): Span | null {
  if (sign.includes('=')) return valueSpan(text, begin, WORD);
  if (quote !== '') return valueSpan(text, begin, FLOW);
  const before = text.slice(Math.max(start - 100, 0), start);
  const [, indent] = /(?:^|\n)([ \t>#*-]*)(?:export[ \t]+)?$/.exec(start > 100 ? `.${before}` : before) ?? [];
  if (indent !== undefined) return lineOrBlock(text, begin, indent.length);
  if (/[{[(,]\s*$/.test(before.slice(-9))) return valueSpan(text, begin, FLOW);
  // In a sentence a space follows the colon.
  return sign.endsWith(':') ? valueSpan(text, begin, WORD) : null;
}

/** In YAML: the rest of the line, or the deeper lines that follow. */
function lineOrBlock(text: string, begin: number, indent: number): Span | null {
  const line = valueSpan(text, begin, LINE);
  if (line !== null && !/^[|>][+-]?\d?[ \t]*$/.test(text.slice(...line))) return line;
  let at = text.indexOf('\n', begin) + 1;
  const from = at;
  while (at > 0 && at < text.length) {
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    const deep = /^[ \t]*/.exec(text.slice(at, Math.min(next, at + indent + 1)))?.[0].length ?? 0;
    if (deep <= indent && text.slice(at, next).trim() !== '') break;
    at = next;
  }
  return from > 0 && at > from ? [from, at] : null;
}

/** A quoted value, otherwise a match of the pattern. */
function valueSpan(text: string, begin: number, bare: RegExp): Span | null {
  QUOTE.lastIndex = begin;
  const [quote] = QUOTE.exec(text) ?? [];
  if (quote === '"' || quote === "'") {
    IN_QUOTES[quote].lastIndex = begin + 1;
    return [begin + 1, begin + 1 + (IN_QUOTES[quote].exec(text)?.[0].length ?? 0)];
  }
  if (quote !== undefined) {
    // Nested quotes end with the same characters.
    const end = text.indexOf(quote, begin + quote.length);
    return [begin + quote.length, end < 0 ? text.length : end];
  }
  bare.lastIndex = begin;
  const found = bare.exec(text);
  return found === null ? null : [begin, begin + found[0].trimEnd().length];
}
