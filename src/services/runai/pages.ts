import type { Outcome } from '../../contract/request.ts';

/** Pages load nothing from elsewhere and cannot be framed. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: with that, browsers send the form with `Origin: null`, which is not one of our origins.
  'referrer-policy': 'same-origin',
} as const;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f5f2;color:#1c1f1a}
main{width:min(24rem,90vw);padding:2rem;background:#fff;border:1px solid #d9dcd3;border-radius:.5rem}
h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:#4b5147}
label{display:block;margin:.75rem 0 .25rem;font-weight:600}
input{box-sizing:border-box;width:100%;padding:.5rem;font:inherit;border:1px solid #9aa192;border-radius:.25rem}
button{margin-top:1.25rem;width:100%;padding:.6rem;font:inherit;font-weight:600;border:0;border-radius:.25rem;background:#3f6b00;color:#fff}
.fault{padding:.5rem .75rem;border-left:.25rem solid #b3261e;background:#fdecea;color:#5f1410}
input:focus-visible,button:focus-visible{outline:.2rem solid #1c1f1a;outline-offset:.1rem}
code{overflow-wrap:anywhere}`;

/** What the login page asks for and carries along. */
export interface LoginPage {
  readonly action: string;
  readonly realm: string;
  readonly clientId: string;
  readonly username: string;
  /** Parameters of the authorization request, which come back with the form. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Why the page asks again. */
  readonly fault: string | null;
}

export function loginPage({ action, realm, clientId, username, hidden, fault }: LoginPage): Outcome<200, Buffer> {
  const carried = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  return page(
    200,
    `Log in to ${realm}`,
    `<h1>Log in to ${escaped(realm)}</h1>
<p>for <code>${escaped(clientId)}</code>, at a mock of the Run:ai control plane</p>
${fault === null ? '' : `<p class="fault" role="alert">${escaped(fault)}</p>`}
<form method="post" action="${escaped(action)}">
${carried.join('\n')}
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${escaped(username)}"${username === '' ? ' autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${username === '' ? '' : ' autofocus'}>
<button type="submit">Log in</button>
</form>`,
  );
}

/** A page that only shows a message. */
export function messagePage<Status extends number>(
  status: Status,
  title: string,
  message: string,
): Outcome<Status, Buffer> {
  const isFault = status >= 400;
  const said = `<p${isFault ? ' class="fault" role="alert"' : ''}>${escaped(message)}</p>`;
  return page(status, title, `<h1>${escaped(title)}</h1>\n${said}`);
}

function page<Status extends number>(status: Status, title: string, main: string): Outcome<Status, Buffer> {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
  return { status, headers: HEADERS, body: Buffer.from(text) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
