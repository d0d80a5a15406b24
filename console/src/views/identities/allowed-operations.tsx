import { addressOfView } from '../../address.ts';
import { askAll } from '../../control-api/client.ts';
import type { RequestSummary } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges } from '../../state/changes.ts';
import { readEffects } from '../../state/effects.ts';
import type { Identity } from '../../state/identities.ts';
import { formatAddress } from '../../state/requests.ts';

/** The operations that an identity may call, without concrete objects. */
export function AllowedOperations({ identity: { id, services } }: { readonly identity: Identity }) {
  return (
    <section aria-label="What they may do">
      <h3>What they may do</h3>
      {services.length === 0 && <p class="quiet">Nothing: this identity belongs to no service.</p>}
      {services.map((service) => (
        <AllowedInService key={service} principal={id} service={service} />
      ))}
    </section>
  );
}

function AllowedInService({ principal, service }: { readonly principal: string; readonly service: string }) {
  const loaded = useLoaded(() => readEffects({ principal }, service), [countChanges('keys', 'clock')]);
  return (
    <WhenLoaded loaded={loaded}>
      {(effects) => {
        const allowed = effects.filter(({ effect }) => effect === 'allow');
        return (
          <details>
            <summary>
              {titleOfService(service)}: {allowed.length} of {effects.length} operations
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
      }}
    </WhenLoaded>
  );
}

/** The number of requests to show. */
const MAX_RECENT = 5;

/** The latest requests of an identity. */
export function RecentRequests({ identity: { id, name } }: { readonly identity: Identity }) {
  const loaded = useLoaded(
    () => askAll<RequestSummary>('requests', { limit: MAX_RECENT, bodies: false, principal: id }),
    [countChanges('requests')],
  );
  return (
    <section aria-label="Recent requests">
      <h3>Recent requests</h3>
      <WhenLoaded loaded={loaded}>
        {(requests) =>
          requests.length === 0 ? (
            <p class="quiet">None yet.</p>
          ) : (
            <>
              <ul class="plain recent">
                {requests.map((request) => (
                  <li key={request.id}>
                    <When at={request.at} /> <Status status={request.status} />{' '}
                    <a class="path" href={addressOfView('requests', { request: request.id })}>
                      {request.method} {formatAddress(request)}
                    </a>
                  </li>
                ))}
              </ul>
              <a href={addressOfView('requests', { principal: name })}>All its requests</a>
            </>
          )
        }
      </WhenLoaded>
    </section>
  );
}
