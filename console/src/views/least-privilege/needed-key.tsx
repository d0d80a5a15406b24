import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { NeededKey } from '../../control-api/types.ts';
import { askAs } from '../../control-api/vendor.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Secret } from '../../parts/secret.tsx';
import { titleOfService } from '../../parts/service.ts';
import { reportChange } from '../../state/changes.ts';
import { rememberKeyText } from '../../state/keys.ts';
import { toCard } from './card.ts';
import { RightsList, UseTable } from './report.tsx';

/** A created NGC key or Run:ai application. */
interface CreatedCredential {
  readonly id: string;
  readonly name: string;
  readonly key?: string;
  readonly secret?: string;
}

/** A key that the requests need, with a button that creates it. */
export function NeededKeyDetails({ needed }: { readonly needed: NeededKey }) {
  const { kind, services, smallest, used, beyond, make } = needed;
  const act = useAct();
  const [created, setCreated] = useState<CreatedCredential | null>(null);
  const title = kind.replace('-', ' ');
  const secret = created?.key ?? created?.secret;
  return (
    <section class="report" aria-label={`Needed ${title}`}>
      <div class="bar">
        <h3>
          One {title} <small class="quiet">{services.map(titleOfService).join(', ')}</small>
        </h3>
        <Feedback act={act} />
        {make !== null && created === null && (
          <button
            type="button"
            class="main"
            disabled={act.isBusy}
            onClick={() => act.run(async () => setCreated(await createKey(needed)))}
          >
            Create this key
          </button>
        )}
        <CopyButton text={toCard(needed)} label="Copy for a pull request" subject={title} />
      </div>
      {created !== null && secret !== undefined && (
        <p role="status">
          {created.key === undefined ? (
            <code>{created.name}</code>
          ) : (
            <a href={addressOfView('identities', { who: created.id })}>{created.name}</a>
          )}{' '}
          was created. Its secret is shown only once: <Secret text={secret} name="secret" />
        </p>
      )}
      <RightsList rights={smallest} unused={[]} />
      {beyond.length > 0 && <p class="fault">No key is allowed {beyond.join(', ')}.</p>}
      <UseTable label={`What the ${title} is for`} used={used} request="Request" />
    </section>
  );
}

/** Creates a key in this world. @throws like the control API, or the vendor's API */
async function createKey({ make, next = [] }: NeededKey): Promise<CreatedCredential> {
  const [created] = await sendAll(make === null ? [] : [make, ...next]);
  if (created === undefined) throw new Error('No request creates this key.');
  if (created.key !== undefined) rememberKeyText(created.id, created.key);
  reportChange('keys', 'clock');
  return created;
}

/** Sends requests in sequence, to the control API or as principals who may send them. */
async function sendAll(requests: readonly NonNullable<NeededKey['make']>[]): Promise<readonly CreatedCredential[]> {
  const created: CreatedCredential[] = [];
  for (const { method, path, body, as } of requests) {
    if (as === undefined) created.push(await ask<CreatedCredential>(method, path, body));
    else {
      const { token } = await ask<{ readonly token: string }>('POST', '/_mock/tokens', { for: as.principal });
      created.push(await askAs<CreatedCredential>(token, method, path, body));
    }
  }
  return created;
}
