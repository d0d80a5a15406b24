import { useState } from 'preact/hooks';
import { askAs } from '../../control-api/vendor.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { Secret } from '../../parts/copy.tsx';
import { ConfirmButton } from '../../parts/dialog.tsx';
import { useKeepFocus } from '../../parts/focus.ts';
import { handleSubmit, handleValue } from '../../parts/form.tsx';
import { createTokenRequest, type RunaiCredential } from '../../state/client-setup.ts';

type AccessKey = Readonly<Record<'id' | 'name' | 'clientId', string>>;

/** The access keys of a Run:ai user, read and created through Run:ai's own API with a token of the user. */
export function AccessKeys({ credential }: { readonly credential: RunaiCredential }) {
  const act = useAct();
  const list = useKeepFocus<HTMLUListElement>();
  const [keys, setKeys] = useState<readonly AccessKey[] | null>(null);
  const [name, setName] = useState('');
  const [created, setCreated] = useState<Readonly<Record<'clientId' | 'clientSecret', string>> | null>(null);

  // Each call gets a new token, because the clock of the world may have moved.
  const call = async <Result,>(method: string, path: string, body?: object) => {
    const { accessToken } = await askAs<{ accessToken: string }>(
      null,
      'POST',
      '/api/v1/token',
      createTokenRequest(credential),
    );
    return askAs<Result>(accessToken, method, path, body);
  };
  const read = async () => setKeys((await call<{ accessKeys: AccessKey[] }>('GET', '/api/v1/access-keys')).accessKeys);
  const create = async () => {
    setCreated(await call('POST', '/api/v1/access-keys', { name }));
    await read();
    return `${name} was created. Its secret is shown only once.`;
  };
  const remove = async ({ id, name: deletedName }: AccessKey) => {
    await call('DELETE', `/api/v1/access-keys/${encodeURIComponent(id)}`);
    await read();
    return `${deletedName} was deleted.`;
  };
  return (
    <section aria-label="Access keys">
      <h3>Access keys</h3>
      {keys === null ? (
        <p>
          <ActButton act={act} action={read}>
            List them
          </ActButton>{' '}
          <span class="quiet">as this user, through Run:ai’s own API: the calls appear in Requests</span>
        </p>
      ) : (
        <>
          <ul ref={list} tabIndex={-1}>
            {keys.map((key) => (
              <li key={key.id} class="bar">
                <span class="long">
                  {key.name} <code>{key.clientId}</code>
                </span>
                <ConfirmButton
                  title={`Delete access key ${key.name}?`}
                  confirmLabel="Delete access key"
                  warning="It can no longer be exchanged for tokens. This cannot be undone."
                  isBusy={act.isBusy}
                  onConfirm={() => act.run(() => remove(key))}
                >
                  Delete<span class="unseen"> {key.name}</span>
                </ConfirmButton>
              </li>
            ))}
          </ul>
          <form class="order" onSubmit={handleSubmit(() => void act.run(create))}>
            <label>
              Name
              <input required maxLength={255} value={name} onInput={handleValue(setName)} />
            </label>
            <button type="submit" disabled={act.isBusy}>
              Create an access key
            </button>
          </form>
        </>
      )}
      <Feedback act={act} />
      {created !== null && (
        <p>
          <code>{created.clientId}</code> <Secret text={created.clientSecret} name="client secret" />
        </p>
      )}
    </section>
  );
}
