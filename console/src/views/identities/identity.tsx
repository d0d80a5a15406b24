import type { ComponentChildren } from 'preact';
import { addressOfView, go } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Id } from '../../parts/id.tsx';
import { LongText } from '../../parts/long.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { Secret } from '../../parts/secret.tsx';
import { titleOfService } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { toEnv, toIdentityCurl } from '../../state/client-setup.ts';
import { editKey } from '../../state/edit-key.ts';
import type { Credential, Identity } from '../../state/identities.ts';
import { describeBinding, type NgcKey, rememberKeyText } from '../../state/keys.ts';
import { offerUndo, withdrawUndo } from '../../state/undo.ts';
import { AccessKeys } from './access-keys.tsx';
import { AllowedOperations, RecentRequests } from './may-do.tsx';

/** The details of an identity: its credentials, its rights and possible actions. */
export function IdentityPanel({ identity }: { readonly identity: Identity }) {
  const { id, name, kind, services, rights: holds, credentials, key, bearer } = identity;
  const curl = toIdentityCurl(identity);
  const env = toEnv(identity);
  const login = credentials.find((credential) => credential.kind !== 'key');
  return (
    <>
      <h2>{name}</h2>
      <p class="quiet">
        {kind}, {services.map(titleOfService).join(', ') || 'no API'}
      </p>
      {key !== undefined && <KeyActions of={key} />}
      <dl class="facts">
        <div>
          <dt>Id</dt>
          <dd>
            <Id id={id} />
          </dd>
        </div>
        {credentials.length === 0 ? (
          <div>
            <dt>Secret</dt>
            <dd class="quiet">
              It was shown once, when it was created. {key !== undefined && 'Rotate the key to get a new one.'}
            </dd>
          </div>
        ) : (
          credentials.map((credential) => <CredentialFacts key={credential.kind} credential={credential} />)
        )}
        {bearer !== undefined && (
          <div>
            <dt>Bearer</dt>
            <dd>
              <Secret text={bearer} name="bearer" />
            </dd>
          </div>
        )}
        {key === undefined ? (
          <div>
            <dt>Role</dt>
            <dd>{holds}</dd>
          </div>
        ) : (
          <KeyFacts of={key} />
        )}
      </dl>
      <div class="bar">
        {curl !== null && <CopyButton text={curl} label="Copy as curl" />}
        {env !== null && <CopyButton text={env} label="Copy as env" />}
      </div>
      {kind === 'user' && login !== undefined && <AccessKeys credential={login} />}
      <AllowedOperations identity={identity} />
      <RecentRequests identity={identity} />
    </>
  );
}

function CredentialFacts({ credential }: { readonly credential: Credential }) {
  const facts: readonly (readonly [string, string, boolean])[] =
    credential.kind === 'key'
      ? [['Key', credential.text, true]]
      : credential.kind === 'password'
        ? [['Password', credential.password, true]]
        : [
            ['Client id', credential.id, false],
            ['Client secret', credential.secret, true],
          ];
  return (
    <>
      {facts.map(([what, text, isSecret]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            {isSecret ? (
              <Secret text={text} name={what.toLowerCase()} />
            ) : (
              <>
                <code>{text}</code> <CopyButton text={text} />
              </>
            )}
          </dd>
        </div>
      ))}
    </>
  );
}

function KeyFacts({ of: key }: { readonly of: NgcKey }) {
  const { status, org, expiresAt, policy, pending, user, roles, unbound } = key;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ['Status', status],
    ['Organisation', org],
    ['User', user],
    ['Roles', roles?.join(', ')],
    ['Scopes', policy && (policy.scopes.join(', ') || 'none')],
    ['Bound to', policy && <LongText text={describeBinding(policy.resource, unbound)} />],
    ['Expires', expiresAt === null ? 'never' : <When at={expiresAt} isRelative />],
    ...pending.map(
      ({ version, effectiveAt, scopes }) =>
        [
          `Version ${version}`,
          <>
            {scopes.join(', ') || 'no scopes'}; takes effect at <When at={effectiveAt} isRelative />
          </>,
        ] as const,
    ),
  ];
  return (
    <>
      {facts.map(
        ([what, text]) =>
          text !== undefined &&
          text !== null && (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{text}</dd>
            </div>
          ),
      )}
    </>
  );
}

/** Actions for an NGC key. */
function KeyActions({ of: { id, name, status, policy } }: { readonly of: NgcKey }) {
  const act = useAct();
  const path = `/_mock/keys/${encodeURIComponent(id)}`;
  const reportDone = (text: string) => {
    reportChange('keys', 'clock');
    return text;
  };
  const rotate = async () => {
    const { key } = await ask<{ key: string }>('POST', `${path}/rotate`, {});
    rememberKeyText(id, key);
    withdrawUndo();
    return reportDone('The key has a new secret. The old one is no longer valid.');
  };
  const toggle = async () => {
    const nextStatus = status === 'active' ? 'disabled' : 'active';
    const { undo } = await editKey(id, { status: nextStatus });
    if (undo !== null) offerUndo(undo);
    return `The key is ${nextStatus} now.`;
  };
  const remove = async () => {
    await ask('DELETE', path);
    withdrawUndo();
    go(addressOfView('identities'));
    return reportDone('The key was deleted.');
  };
  const items: readonly MenuItem[] = [
    ...(policy === null
      ? []
      : [{ label: 'See when edits take effect', run: () => go(addressOfView('clock', { key: id })) }]),
    { label: status === 'active' ? 'Disable' : 'Enable', run: () => void act.run(toggle) },
    {
      label: 'Rotate',
      run: () => void act.run(rotate),
      confirmation: {
        title: `Rotate key ${name}?`,
        warning: 'The key gets a new secret. Clients that use the current one will be refused.',
        confirmLabel: 'Rotate key',
      },
    },
    {
      label: 'Delete',
      run: () => void act.run(remove),
      confirmation: {
        title: `Delete key ${name}?`,
        warning: 'Requests with this key will be refused. This cannot be undone.',
        confirmLabel: 'Delete key',
      },
    },
  ];
  return (
    <>
      <div class="bar">
        <a class="button main" href={addressOfView('identities', { who: id, edit: 'yes' })}>
          Edit
        </a>
        <Menu subject={`key ${name}`} items={items} isBusy={act.isBusy} />
      </div>
      <Feedback act={act} />
    </>
  );
}
