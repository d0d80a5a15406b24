import { hashContentSource } from '../content-source.ts';
import { escapeHtml } from './html.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: browsers would then send the form with `Origin: null`, which is not one of our origins.
  'referrer-policy': 'same-origin',
} as const;

/** A page as a response. */
export interface PageResponse<Status extends number> {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A self-contained page. */
export interface Document {
  readonly title: string;
  readonly body: string;
  readonly style?: string;
  /** The only script that the page may run. */
  readonly script?: string;
  /** Whether pages of other sites may frame it. Its script may then call this server. */
  readonly isFrame?: boolean;
}

/** Renders a page that loads no other resources. */
export function renderDocument<Status extends number>(
  status: Status,
  { title, body, style, script, isFrame = false }: Document,
): PageResponse<Status> {
  const policy = [
    "default-src 'none'",
    ...(style === undefined ? [] : ["style-src 'unsafe-inline'"]),
    ...(script === undefined ? [] : [`script-src ${hashContentSource(script)}`]),
    ...(isFrame ? ["connect-src 'self'"] : ["frame-ancestors 'none'"]),
    "base-uri 'none'",
  ];
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>${style === undefined ? '' : `\n<style>${style}</style>`}
</head>
<body>
${body}${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  const headers = {
    ...HEADERS,
    'content-security-policy': policy.join('; '),
    'cross-origin-resource-policy': isFrame ? 'cross-origin' : 'same-origin',
  };
  return { status, headers, body: Buffer.from(text) };
}
