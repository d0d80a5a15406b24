import { CopyButton, Secret } from '../../parts/copy.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { Id } from '../../parts/id.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { titleOfService } from '../../parts/service.ts';
import { toEnv, toIdentityCurl } from '../../state/client-setup.ts';
import type { Credential, Identity } from '../../state/identities.ts';
import { readUnbound } from '../../state/keys.ts';
import { AccessKeys } from './access-keys.tsx';
import { Activity } from './activity.tsx';
import { KeyActions, listKeyFacts } from './key-actions.tsx';
import { LeastPrivilegeOf } from './least-privilege.tsx';

/** The details of an identity: its credentials, its rights and possible actions. */
export function IdentityPanel({ identity }: { readonly identity: Identity }) {
  const { id, name, kind, services, rights, credentials, key, bearer } = identity;
  const binding = useBinding(identity);
  const curl = toIdentityCurl(identity);
  const env = toEnv(identity);
  const login = credentials.find((credential) => credential.kind !== 'key');
  return (
    <>
      <h2>{name}</h2>
      <p class="quiet">
        {kind}, {services.map(titleOfService).join(', ') || 'no API'}
      </p>
      {key !== undefined && <KeyActions ngcKey={key} />}
      <Facts
        facts={[
          ['Id', <Id key="id" id={id} />],
          ...listCredentialFacts(identity),
          ['Bearer', bearer !== undefined && <Secret key="bearer" text={bearer} name="bearer" />],
          ...(key === undefined ? [['Role', rights] as const] : listKeyFacts(key)),
          ['Bound to', binding !== undefined && <LongText key="binding" text={binding} />],
        ]}
      />
      <div class="bar">
        {curl !== null && <CopyButton text={curl} label="Copy as curl" />}
        {env !== null && <CopyButton text={env} label="Copy as env" />}
      </div>
      {kind === 'user' && login !== undefined && <AccessKeys credential={login} />}
      <Activity identity={identity} />
      <LeastPrivilegeOf identity={identity} />
    </>
  );
}

function listCredentialFacts({ credentials, key }: Identity): readonly Fact[] {
  if (credentials.length > 0) return credentials.flatMap(listFactsOfCredential);
  const advice = key === undefined ? '' : ' Rotate the key to get a new one.';
  return [
    [
      'Secret',
      <span key="secret" class="quiet">
        It was shown once, when it was created.{advice}
      </span>,
    ],
  ];
}

function listFactsOfCredential(credential: Credential): readonly Fact[] {
  if (credential.kind === 'key') return [createSecretFact('Key', credential.text)];
  if (credential.kind === 'password') return [createSecretFact('Password', credential.password)];
  const { id, secret } = credential;
  const idText = (
    <>
      <code>{id}</code> <CopyButton text={id} />
    </>
  );
  return [['Client id', idText], createSecretFact('Client secret', secret)];
}

function createSecretFact(name: string, text: string): Fact {
  return [name, <Secret key={name} text={text} name={name.toLowerCase()} />];
}

/** Returns what a service key is bound to, which depends on its services if it has no resource; undefined for others. */
export function useBinding({ binding, key }: Identity): string | undefined {
  const unbound = useLoaded(
    async () => (binding === null ? readUnbound(key?.services ?? []) : ''),
    [binding, key?.services.join()],
  );
  return binding === null ? readValue(unbound, '…') : binding;
}
