import type { RecordedMessage } from '../../control-api/types.ts';
import { Body } from './body.tsx';

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

/** The headers and the body of a request or a response. */
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
