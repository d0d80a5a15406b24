import { addressOfView } from '../../address.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { expireTokens } from '../../state/move-clock.ts';
import { nameInKeys, rulesetOf } from '../../state/rulesets.ts';

/** Lets tokens really expire, which no fault does. @param props.service empty for any */
export function ExpireTokens({ service, onEnd }: { readonly service: string; readonly onEnd: () => void }) {
  const loaded = useLoaded(
    async () => service !== '' && nameInKeys(await rulesetOf(service), 'personal') !== undefined,
    [service],
  );
  const act = useAct();
  const expire = () =>
    act.run(async () => {
      const { cannotUndo } = await expireTokens();
      if (cannotUndo !== null) return `All tokens have expired. It cannot be undone: ${cannotUndo}`;
      onEnd();
      return undefined;
    });
  return (
    <WhenLoaded of={loaded}>
      {(isForKeys) =>
        isForKeys ? (
          <>
            <p>Clients of {serviceTitle(service)} send keys, which expire one by one: there is a drill for that.</p>
            <a class="button main" href={addressOfView('drills', { drill: 'expire-key' })}>
              Expire a key …
            </a>
          </>
        ) : (
          <>
            <p>
              The clock of this world moves until every access token has expired, and requests with one are refused.
            </p>
            <button type="button" class="main" disabled={act.isBusy} onClick={expire}>
              Expire all tokens
            </button>
            <Feedback act={act} />
          </>
        )
      }
    </WhenLoaded>
  );
}
