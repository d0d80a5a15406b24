import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { adminToken, RefusalError } from '../control-api/client.ts';
import { unlock } from '../control-api/stream.ts';
import { describeError } from '../parts/loaded.tsx';

/** Replaces the view while the server is locked. The token is kept in memory only. */
export function AskForToken() {
  const field = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(
    adminToken.value === null ? '' : 'The server no longer accepts the token that you entered.',
  );
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    setError(await findError(field.current?.value.trim() ?? ''));
    setBusy(false);
    field.current?.focus();
    field.current?.select();
  };
  return (
    <form class="ask-for-token" onSubmit={submit}>
      <h1>This server needs its admin token</h1>
      <p>
        It was started with <code>--admin-token</code>: enter the value of that option. The page forgets it when you
        close or reload it.
      </p>
      <div class="bar">
        <label>
          Admin token <input ref={field} type="password" autocomplete="off" aria-describedby="token-fault" required />
        </label>
        <button type="submit" disabled={isBusy}>
          Unlock
        </button>
      </div>
      <p id="token-fault" role="alert" class="fault">
        {error}
      </p>
    </form>
  );
}

const WRONG_TOKEN_TEXT = 'That is not this server’s token.';

/** Unlocks the server. Returns why it does not accept the token; empty if it does. */
async function findError(token: string): Promise<string> {
  // A header cannot carry other characters, so no token has them.
  if (!/^[!-~]+$/.test(token)) return WRONG_TOKEN_TEXT;
  try {
    await unlock(token);
    return '';
  } catch (thrown) {
    return thrown instanceof RefusalError && thrown.status === 401 ? WRONG_TOKEN_TEXT : describeError(thrown);
  }
}
