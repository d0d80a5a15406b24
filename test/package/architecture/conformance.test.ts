/** The package `conformance` and the server import each other in few places. */
import { expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-files.ts';

const PACKAGE = '@nv-auth-mock/conformance';
const ENTRY = 'conformance-entry';

const readSources = (folder: string) =>
  sourceFiles(folder, '.ts').map((file) => ({ ...file, imports: importsOf(file) }));
const server = readSources('src');
const sources = readSources('conformance/src');

/** Lists the names of all imports or exports from matching files. */
function listNames(text: string, from: RegExp): string[] {
  const lists = [...text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '([^']+)';/gm)];
  return lists
    .filter(([, , target = '']) => from.test(target))
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
}

it('the server loads the package dynamically in three places', () => {
  const loads = server.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(`await import\\('${PACKAGE}'\\)`, 'g'))].map(() => path),
  );
  const others = server.filter(({ path, imports }) =>
    imports.some(({ target, typeOnly }) => target.startsWith(PACKAGE) && !typeOnly && !loads.includes(path)),
  );

  expect(loads).toEqual(['src/cli/index.ts', 'src/cli/index.ts', 'src/services/control/operations/requests.ts']);
  expect(others.map(({ path }) => path)).toEqual([]);
  expect(server.filter(({ imports }) => imports.some(({ target }) => target === ENTRY))).toEqual([]);
});

it('the package imports the server only through its entry', () => {
  const outside = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, specifier }) => specifier.startsWith('../../') && !target.startsWith('conformance/src/'))
      .map(({ target }) => `${path} -> ${target}`),
  );

  expect(outside.filter((line) => !line.endsWith(` -> ${ENTRY}`))).toEqual([]);
});

it('the entry exports exactly what the package uses', () => {
  const entry = server.find(({ path }) => path === `src/${ENTRY}.ts`)?.text ?? '';
  const used = sources.flatMap(({ text }) => listNames(text, new RegExp(`/${ENTRY}\\.ts$`)));

  expect(listNames(entry, /./).sort()).toEqual([...new Set(used)].sort());
  expect(listNames(entry, /./).sort().join(' ')).toMatchInlineSnapshot(
    `"ApiDocument Documents FlagTexts FoundOperation Match Operation OperationRouter Pacer Problem Routes RunningServer STATUSES_OF_THE_SERVER ServerFlags UserError adviseName askServer askWorld buildServer checkOutput checkOutputName createConfig createMachineClock createTimeoutSignal describeOtherVersionsViolation describeUndocumented essenceOf explainUnreadable explainUnwritable findNear findNearPath fits formatCount handleSignals isFingerprint isJsonType isRecord isVariable isWithinRange listDocumentNames listUndocumentedMembers listUndocumentedQuery loadServices locateServerAndWorld memberOf messageOf orUnusable own parseDocument parseDuration prefixOf prepared readCompareCredentials readConfig readDocument readDocumentText readQuery readTextFile redact rfc3339 setTimeout shapeOf showPath showValue useDocumentSpelling usePageNames writeOutput"`,
  );
});
