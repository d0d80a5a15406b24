import { ask, askAll, type RecordedRequest } from '../../control-api/client.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { Popover } from '../../parts/popover.tsx';
import { matchingRequests } from '../../state/request-filters.ts';
import { currentWorld } from '../../state/worlds.ts';

/** Exports the listed requests. */
export function Export() {
  const act = useAct();
  const save = (extension: string, content: object) => {
    const name = createFileName(extension);
    download(name, new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }));
    return `Saved \`${name}\`.`;
  };
  // The control API has fewer filters than the list.
  const isListed = (id: string) => matchingRequests.value.some((request) => request.id === id);
  const saveHar = async () => {
    const { log } = await ask<{ log: { entries: { _id: string }[] } }>('GET', '/_mock/requests/har');
    return save('.har', { log: { ...log, entries: log.entries.filter(({ _id }) => isListed(_id)) } });
  };
  const saveJson = async () => {
    const requests = await askAll<RecordedRequest>('requests');
    return save('.json', { requests: requests.filter(({ id }) => isListed(id)) });
  };
  return (
    <Popover button="Export">
      {() => (
        <>
          <ul class="menu">
            <li>
              <ActButton act={act} action={saveHar}>
                HAR (HTTP Archive)
              </ActButton>
            </li>
            <li>
              <ActButton act={act} action={saveJson}>
                JSON
              </ActButton>
            </li>
          </ul>
          <Feedback act={act} />
        </>
      )}
    </Popover>
  );
}

/** By then, the browser has read the content. */
const REVOKE_DELAY_MS = 60_000;

/** Saves a blob as a file. */
function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_DELAY_MS);
}

/** Returns a file name for a download, with the world and the machine's time. */
function createFileName(extension: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  return `nv-auth-mock-${currentWorld.value?.id ?? 'default'}-${time}${extension}`;
}
