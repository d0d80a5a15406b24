import type { ComponentChildren } from 'preact';
import type { RecordedMessage } from '../../control-api/client.ts';
import { CopyButton } from '../../parts/copy.tsx';

/** A table of headers or query parameters. A repeated name is listed once, with all its values. */
export function Fields({ title, fields }: { readonly title: string; readonly fields: RecordedMessage['headers'] }) {
  return (
    <table class="fields" aria-label={title}>
      <caption>{title}</caption>
      <tbody>
        {Object.entries(fields).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="long">{[value].flat().join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Message({ title, message }: { readonly title: string; readonly message: RecordedMessage }) {
  const { headers, body, size, truncated } = message;
  return (
    <details>
      <summary>
        {title}
        {size !== null && <span class="quiet"> {size} bytes</span>}
      </summary>
      <Body body={body} isTruncated={truncated} />
      <Fields title="Headers" fields={headers} />
    </details>
  );
}

/** Longer bodies are cut on the page; the copy is complete. */
const MAX_CHARACTERS = 20_000;

/** Formats a body: JSON and forms indented, other texts unchanged, no body as an empty string. */
function formatBody(body: unknown): string {
  if (body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2);
}

function Body({ body, isTruncated }: { readonly body: unknown; readonly isTruncated: boolean }) {
  const text = formatBody(body);
  if (text === '') return isTruncated ? <p class="quiet">The journal no longer has the body.</p> : null;
  const visible = text.slice(0, MAX_CHARACTERS);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre class="body" tabIndex={0}>
        {typeof body === 'string' ? visible : highlight(visible)}
      </pre>
      {text.length > MAX_CHARACTERS && <p class="quiet">{text.length - MAX_CHARACTERS} more characters</p>}
      {isTruncated && <p class="quiet">The journal has only an outline of it, without values.</p>}
      <CopyButton text={text} label="Copy the body" />
    </>
  );
}

/**
 * JSON strings (with a colon if they are names), numbers and literals. A truncated string ends with the text; otherwise
 * each quote in it would be tried as a new start.
 */
const TOKENS = /("(?:[^"\\]|\\.)*\\?(?:"|$))(:?)|(-?\d[\d.eE+-]*)|\b(?:true|false|null)\b/gs;

function highlight(json: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let position = 0;
  for (const token of json.matchAll(TOKENS)) {
    const [text, string, colon, number] = token;
    parts.push(json.slice(position, token.index), <span class={classOfToken(string, colon, number)}>{text}</span>);
    position = token.index + text.length;
  }
  return [...parts, json.slice(position)];
}

function classOfToken(string?: string, colon?: string, number?: string): string {
  if (number !== undefined) return 'number';
  if (string === undefined) return 'literal';
  return colon === '' ? 'string' : 'key';
}

/** Returns the error message in a vendor's response; null if there is none. */
export function findErrorMessage(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const members = body as Readonly<Record<string, unknown>>;
  for (const name of ['message', 'detail', 'error_description', 'title', 'error']) {
    const text = members[name];
    if (typeof text === 'string') return text;
  }
  // Django style: a list of messages per field.
  const fields = Object.entries(members).filter(([, texts]) => Array.isArray(texts) && typeof texts[0] === 'string');
  return fields.length === 0 ? null : fields.map(([name, texts]) => `${name}: ${texts}`).join(' ');
}
