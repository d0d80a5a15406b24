import { addressOfView, goLater } from '../../address.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { senderOf } from '../../state/caller.ts';
import { countChanges } from '../../state/changes.ts';
import { findFirstRefusal, readStarts } from '../../state/first-minute.ts';
import { sendCall } from '../../state/send-again.ts';

/** Shown before the first request: how to reach each service, and a first refusal. */
export function FirstMinute() {
  const starts = useLoaded(readStarts, [countChanges('keys', 'cast')]);
  const refusal = readValue(useLoaded(findFirstRefusal, [countChanges('keys', 'cast')]), null);
  const act = useAct();
  return (
    <div class="nothing">
      <p>No requests yet. Point a client at this server, or see first what a refusal looks like.</p>
      {refusal !== null && (
        <p>
          <ActButton
            act={act}
            class="main"
            action={async () => {
              const goOn = goLater('request');
              const { id } = await sendCall(refusal.call, senderOf(refusal.identity));
              goOn(addressOfView('requests', { request: id }));
            }}
          >
            Send a request that is refused
          </ActButton>{' '}
          <span class="quiet">
            {refusal.call.method} {refusal.call.target} as {refusal.identity.name}
          </span>
        </p>
      )}
      <Feedback act={act} />
      <WhenLoaded loaded={starts}>
        {(all) =>
          all.length > 0 && (
            <DataTable
              label="How to reach each API"
              rows={all}
              keyOf={({ service }) => service}
              columns={[
                { title: 'API', cell: ({ service }) => titleOfService(service) },
                { title: 'Base URL', cell: ({ baseUrl }) => <code class="long">{baseUrl}</code> },
                {
                  title: 'Credential',
                  cell: ({ identity: { id, name, kind } }) => (
                    <>
                      <a href={addressOfView('identities', { who: id })}>{name}</a> <small class="quiet">{kind}</small>
                    </>
                  ),
                },
                {
                  title: '',
                  cell: ({ service, env, library }) => (
                    <>
                      <CopyButton text={env} label="Copy for a shell" subject={`of ${titleOfService(service)}`} />{' '}
                      <CopyButton text={library} label="Copy for a test" subject={`of ${titleOfService(service)}`} />
                    </>
                  ),
                },
              ]}
            />
          )
        }
      </WhenLoaded>
    </div>
  );
}
