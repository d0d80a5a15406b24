import { addressOfView } from '../../address.ts';
import { askAll, type RequestSummary } from '../../control-api/client.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges } from '../../state/changes.ts';
import { type Identity, nameOrId } from '../../state/identities.ts';
import { readEffects } from '../../state/operations.ts';
import { formatAddress } from '../../state/requests.ts';

const MAX_RECENT = 5;

/** What an identity may call, without concrete objects, and its latest requests. Shown together, so that nothing moves. */
export function Activity({ identity: { id, name, services } }: { readonly identity: Identity }) {
  const effects = useLoaded(
    () => Promise.all(services.map((service) => readEffects({ principal: id }, service))),
    [countChanges('keys', 'clock')],
  );
  const recent = useLoaded(
    () => askAll<RequestSummary>('requests', { limit: MAX_RECENT, bodies: false, principal: id }),
    [countChanges('requests')],
  );
  return (
    <WhenLoaded loaded={recent}>
      {(requests) => (
        <WhenLoaded loaded={effects}>
          {(all) => (
            <>
              <section aria-label="What they may do">
                <h3>What they may do</h3>
                {services.length === 0 && <p class="quiet">Nothing: this identity belongs to no service.</p>}
                {services.map((service, index) => {
                  const operations = all[index] ?? [];
                  const allowed = operations.filter(({ effect }) => effect === 'allow');
                  return (
                    <details key={service}>
                      <summary>
                        {titleOfService(service)}: {allowed.length} of {operations.length} operations
                      </summary>
                      <ul class="may-do">
                        {allowed.map(({ operation }) => (
                          <li key={operation}>
                            <a href={addressOfView('operations', { service, operation })}>{operation}</a>
                          </li>
                        ))}
                      </ul>
                    </details>
                  );
                })}
              </section>
              <section aria-label="Recent requests">
                <h3>Recent requests</h3>
                {requests.length === 0 && <p class="quiet">None yet.</p>}
                <ul class="recent">
                  {requests.map((request) => (
                    <li key={request.id}>
                      <When at={request.at} /> <Status status={request.status} />{' '}
                      <a class="path" href={addressOfView('requests', { request: request.id })}>
                        {request.method} {formatAddress(request)}
                      </a>
                    </li>
                  ))}
                </ul>
                {requests.length > 0 && (
                  <a href={addressOfView('requests', { principal: nameOrId({ id, name }) })}>All its requests</a>
                )}
              </section>
            </>
          )}
        </WhenLoaded>
      )}
    </WhenLoaded>
  );
}
