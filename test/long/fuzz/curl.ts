import type { FuzzRequest } from './requests.ts';

/** A line for a shell that sends this request. @param credential what stands in `Authorization` */
export function curlOf({ method, url, headers, payload }: FuzzRequest, credential: string): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `-H ${quoted(Buffer.from(`${name}: ${one}`, 'latin1'))}`),
  );
  const parts = [
    `curl -i --path-as-is ${method === 'HEAD' ? '-I' : `-X ${method}`} ${quoted(Buffer.from(`http://127.0.0.1:6625${url}`))}`,
    ...lines,
    ...(payload === null ? [] : [`--data-binary ${quoted(Buffer.from(payload))}`]),
  ];
  return `${parts.join(' ')}  # as ${credential}`;
}

/** Bytes in a form that bash and zsh read back as they are; long runs of a letter are written by printf. */
function quoted(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("'")) return `'${text}'`;
  const escaped = text.replaceAll(
    /[^\x20-\x7e]|['\\]/g,
    (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped}'`;
}
