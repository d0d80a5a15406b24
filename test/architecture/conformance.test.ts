/** The package `conformance` and the server know each other in few places, so that each can be read and changed alone. */
import { expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-files.ts';

const PACKAGE = '@nv-auth-mock/conformance';
const ENTRY = 'conformance-entry';

const withImports = (folder: string) =>
  sourceFiles(folder, '.ts').map((file) => ({ ...file, imports: importsOf(file) }));
const server = withImports('src');
const sources = withImports('conformance/src');

/** The names in the braces of all imports or exports from such a file. */
function namesIn(text: string, from: RegExp): string[] {
  const lists = [...text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '([^']+)';/gm)];
  return lists
    .filter(([, , target = '']) => from.test(target))
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
}

it('the server loads it in three places, when they are first asked for', () => {
  const loads = server.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(`await import\\('${PACKAGE}'\\)`, 'g'))].map(() => path),
  );
  const others = server.filter(({ path, imports }) =>
    imports.some(({ target, typeOnly }) => target.startsWith(PACKAGE) && !typeOnly && !loads.includes(path)),
  );

  expect(loads).toEqual(['src/app/traffic-port.ts', 'src/cli/index.ts', 'src/cli/index.ts']);
  expect(others.map(({ path }) => path)).toEqual([]);
  expect(server.filter(({ imports }) => imports.some(({ target }) => target === ENTRY))).toEqual([]);
});

it('it imports the server by one entry alone', () => {
  const outside = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, specifier }) => specifier.startsWith('../') && !target.startsWith('conformance/src/'))
      .map(({ target }) => `${path} -> ${target}`),
  );

  expect(outside.filter((one) => !one.endsWith(` -> ${ENTRY}`))).toEqual([]);
});

it('the entry has what it uses, and nothing else', () => {
  const entry = server.find(({ path }) => path === `src/${ENTRY}.ts`)?.text ?? '';
  const used = sources.flatMap(({ text }) => namesIn(text, new RegExp(`/${ENTRY}\\.ts$`)));

  expect(namesIn(entry, /./).sort()).toEqual([...new Set(used)].sort());
  expect(namesIn(entry, /./).sort().join(' ')).toMatchInlineSnapshot(
    `"ApiDocument Documents FlagTexts FoundOperation Match Operation OperationRouter Pacer Problem Routes RunningServer STATUSES_OF_THE_SERVER UserError adviseName askServer askWorld buildServer checkOutput checkOutputName createConfig createMachineClock createTimeoutSignal describeOtherVersionsViolation describeUndocumented essenceOf explainUnreadable explainUnwritable findNear findNearPath fits formatCount handleSignals isFingerprint isJsonType isRecord isVariable isWithinRange listDocumentNames listUndocumentedMembers listUndocumentedQuery loadServices locateServerAndWorld memberOf messageOf orUnusable own parseDocument parseDuration prefixOf prepared readCompareCredentials readConfig readDocument readDocumentText readQuery readTextFile redact rfc3339 setTimeout shapeOf showPath showValue useDocumentSpelling writeOutput"`,
  );
});
