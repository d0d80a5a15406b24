import { choices } from '../../address.ts';
import { askAll } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { download } from '../../parts/download.ts';
import { Popover } from '../../parts/popover.tsx';
import { createFileName, readFile } from '../../state/files.ts';
import { journalFilter } from '../../state/request-filters.ts';

/** Exports the listed requests. */
export function Export() {
  const act = useAct();
  const saveHar = async () => {
    const query = new URLSearchParams(journalFilter.value).toString();
    const name = createFileName('.har');
    download(name, await readFile(`/_mock/requests/har${query === '' ? '' : `?${query}`}`));
    return `Saved \`${name}\`.`;
  };
  const saveJson = async () => {
    const name = createFileName('.json');
    const requests = await askAll('requests', journalFilter.value);
    download(name, new Blob([JSON.stringify({ requests }, null, 2)], { type: 'application/json' }));
    return `Saved \`${name}\`.`;
  };
  return (
    <Popover button="Export">
      {() => (
        <>
          <ul class="menu">
            <li>
              <button type="button" disabled={act.isBusy} onClick={() => act.run(saveHar)}>
                HAR (HTTP Archive)
              </button>
            </li>
            <li>
              <button type="button" disabled={act.isBusy} onClick={() => act.run(saveJson)}>
                JSON
              </button>
            </li>
          </ul>
          {(choices.value['text'] ?? choices.value['refusals']) !== undefined && (
            <p class="quiet">The search and “Refusals only” filter only the list, not the export.</p>
          )}
          <Feedback act={act} />
        </>
      )}
    </Popover>
  );
}
