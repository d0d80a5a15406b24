import { addressOfView, goLater } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import type { Fact } from '../../parts/facts.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { readIdentities } from '../../state/identities.ts';
import { type NgcKey, rememberKeyText } from '../../state/keys.ts';
import { offerUndo } from '../../state/undo.ts';
import { SavedKey } from './saved-key.tsx';

export function listKeyFacts(key: NgcKey): readonly Fact[] {
  const { status, org, expiresAt, policy, pending, user, roles } = key;
  return [
    ['Status', status],
    ['Organisation', org],
    ['User', user],
    ['Roles', roles?.join(', ')],
    ['Scopes', policy && (policy.scopes.join(', ') || 'none')],
    ['Expires', expiresAt === null ? 'never' : <When key="expiry" at={expiresAt} isRelative />],
    ...pending.map(
      ({ version, effectiveAt, scopes }): Fact => [
        `Version ${version}`,
        <>
          {scopes.join(', ') || 'no scopes'}; takes effect at <When at={effectiveAt} isRelative />
        </>,
      ],
    ),
  ];
}

/** The link that edits an NGC key, and the menu of its other actions. */
export function KeyActions({ ngcKey }: { readonly ngcKey: NgcKey }) {
  const { id, name, status } = ngcKey;
  const act = useAct();
  const path = `/_mock/keys/${encodeURIComponent(id)}`;
  const rotate = async () => {
    const { key } = await ask<{ key: string }>('POST', `${path}/rotate`, {});
    rememberKeyText(id, key);
    offerUndo(null);
    reportChange('keys', 'clock');
    // The panel shows the new secret by then.
    await readIdentities();
    return 'The key has a new secret. The old one is no longer valid.';
  };
  const toggle = async () => {
    const nextStatus = status === 'active' ? 'disabled' : 'active';
    const { undo } = await editKey(id, { status: nextStatus });
    if (undo !== null) offerUndo(undo);
    return `The key is ${nextStatus} now.`;
  };
  const remove = async () => {
    const goOn = goLater('who');
    await ask('DELETE', path);
    offerUndo(null);
    goOn(addressOfView('identities'));
    reportChange('keys', 'clock');
    return 'The key was deleted.';
  };
  const items: readonly MenuItem[] = [
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
      <SavedKey id={id} />
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
