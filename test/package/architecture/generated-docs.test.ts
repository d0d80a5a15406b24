import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBaseline } from '../../../conformance/src/verify/baseline.ts';
import { castExamplesOf, isRefused } from '../../../scripts/documents/cast-examples.mjs';
import { createConfig } from '../../../src/app/config.ts';
import { formatFlagName, formatVariableName, OPTIONS, showOption } from '../../../src/app/options.ts';
import type { Option } from '../../../src/contract/option.ts';
import type { ServiceDefinition } from '../../../src/contract/service.ts';
import type { Rule } from '../../../src/decisions/rule.ts';
import type { Ruleset } from '../../../src/decisions/ruleset.ts';
import { apiDocument } from '../../support/api-document.ts';
import { SERVICES } from '../../support/services.ts';
import { ROOT } from './source-files.ts';

const GENERATED =
  '<!-- Made from the tables by `npx vitest run test/package/architecture/generated-docs.test.ts -u`. -->';
const escapeCell = (text: string) => text.replaceAll('|', '\\|');

/** Creates the page of all options from the table of options. */
function createConfigurationPage(): string {
  const { config } = createConfig();
  const rows = Object.entries(OPTIONS).map(([name, option]: [string, Option]) => {
    const flag = `--${formatFlagName(name)}${option.argument === undefined ? '' : ` ${option.argument}`}`;
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const fallback = showOption(name as keyof typeof OPTIONS, config);
    const shown =
      fallback === null || fallback === false || Array.isArray(fallback)
        ? ''
        : `\`${fallback === true ? 'on' : fallback}\``;
    expect(formatVariableName(name)).toBe(`NV_AUTH_MOCK_${formatFlagName(name).toUpperCase().replaceAll('-', '_')}`);
    return `| \`${escapeCell(short + flag)}\` | ${shown} | ${escapeCell(option.description)} |`;
  });
  return `# Configuration

${GENERATED}

Each option has a variable: \`--max-worlds\` is \`NV_AUTH_MOCK_MAX_WORLDS\`. Flags override variables, which override the file of \`--config\`.
In that file, keys are flag names without the dashes; for \`startMock\` they are in camel case. A repeatable option takes values separated
by commas in its variable. An empty variable counts as not set; an unknown name stops the start.

A DURATION has a unit: \`90s\`, \`15m\`, \`1h30m\`, \`2d\`, \`PT15M\`. \`startMock\` also takes milliseconds.

| flag | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
| \`-c, --config FILE\` | | options from a YAML or JSON file |
| \`--etc DIR\` | | a folder whose \`config.yaml\` and \`seed.yaml\` (or \`.yml\`, \`.json\`) are the defaults |

\`PORT\` is used if \`NV_AUTH_MOCK_PORT\` is not set. Seeds: [Your own users and keys](../how-to/your-own-users.md).
`;
}

/** Describes the rights that an operation needs. */
function describeNeeds(rule: Rule | undefined): string {
  if (rule === undefined) return 'public';
  const { all = [], any = [], roles = [] } = rule.needs;
  const parts = [
    ...all.map((grant) => `\`${grant}\``),
    ...(any.length > 3
      ? ['any scope']
      : any.length > 0
        ? [`any of ${any.map((grant) => `\`${grant}\``).join(', ')}`]
        : []),
    ...roles.map((role) => `role \`${role}\``),
  ];
  return parts.join(', ') || 'a credential';
}

/** Creates tables of the operations of a service by needed rights, one for each set of versions. */
async function createCoverage({ title, rules: { rulesets } }: ServiceDefinition): Promise<string> {
  const rows = new Map<string, { call: string; profiles: string[]; ruleset: Ruleset; id: string }>();
  for (const ruleset of rulesets) {
    const { operations } = await apiDocument(
      JSON.parse(readFileSync(join(ROOT, `dist/openapi/${ruleset.document}.json`), 'utf8')),
    );
    for (const { id, method, path, isAlias } of operations) {
      if (isAlias) continue;
      const known = rows.get(id) ?? { call: `${method} ${path}`, profiles: [], ruleset, id };
      rows.set(id, { ...known, profiles: [...known.profiles, ruleset.profile ?? ''] });
    }
  }
  const formatVersions = ({ profiles }: { readonly profiles: readonly string[] }) =>
    profiles.filter(Boolean).join(', ');
  const tables = [...new Set([...rows.values()].map(formatVersions))].map((versions) => {
    const operations = [...rows.values()].filter((row) => formatVersions(row) === versions);
    const calls = new Map<string, string[]>();
    for (const { call, ruleset, id } of operations) {
      const row = ruleset.tables.operations.find((operation) => operation.id === id);
      const rule = ruleset.tables.rules.find(({ id: ruleId }) => ruleId === row?.rule);
      const added = (rule?.added ?? []).map(({ certainty }) => certainty);
      const certainties = [row?.certainty, ...new Set([rule?.certainty, ...added])].filter(Boolean);
      const alike = `${escapeCell(describeNeeds(rule))} | ${certainties.join('/')}`;
      calls.set(alike, [...(calls.get(alike) ?? []), `\`${call}\``]);
    }
    const lines = [...calls].map(([alike, those]) => `| ${alike} | ${those.join('<br>')} |`);
    return `${versions === '' ? '' : `### ${versions}\n\n`}| needs | certainty | operations |
| --- | --- | --- |
${lines.join('\n')}`;
  });
  return `## ${title}

${rows.size} operations.

${tables.join('\n\n')}`;
}

/** Counts the operations of each document without an example of a successful request. */
async function countMissingExamples({ name, title, rules: { rulesets } }: ServiceDefinition): Promise<string[]> {
  const examples = await castExamplesOf(name);
  if (examples === undefined) return [];
  const documents = [...new Map(rulesets.map((ruleset) => [ruleset.document, ruleset])).values()];
  return documents.flatMap(({ document, profile }) => {
    const served = JSON.parse(readFileSync(join(ROOT, `dist/openapi/${document}.json`), 'utf8'));
    const all = Object.values<object>(served.paths).flatMap((item) => Object.values(item));
    const without = all.filter((operation) => isRefused(examples.requests, operation, document)).length;
    const shown = documents.length > 1 ? `${title} ${profile}` : title;
    return without === 0 ? [] : [`${without} of ${all.length} of ${shown}`];
  });
}

/** Creates the rows of counts of documented operations and rules. */
function createCountRows({ title, rules: { rulesets } }: ServiceDefinition): string[] {
  return rulesets.map(({ profile, tables: { operations, rules } }) => {
    const isDocumented = ({ certainty }: { readonly certainty: string }) => certainty === 'documented';
    const rulesOf = operations.flatMap((row) => rules.find(({ id }) => id === row.rule) ?? []);
    return `| ${[
      title,
      profile ?? '',
      operations.length,
      operations.filter(isDocumented).length,
      `${rulesOf.filter(isDocumented).length} of ${rulesOf.length}`,
    ].join(' | ')} |`;
  });
}

/** Creates the rows of a further table, which is the same in all versions of a service. */
function createFurtherRows(table: string, ...members: readonly string[]): string[] {
  return SERVICES.flatMap(
    ({
      title,
      rules: {
        rulesets: [first],
      },
    }) =>
      (first?.tables.more?.[table] ?? []).map(
        (row) => `| ${[title, ...members.map((member) => escapeCell(String(row[member])))].join(' | ')} |`,
      ),
  );
}

/** Creates the table of intended differences from the documents of a vendor. */
function createBaseline({ name, title }: ServiceDefinition): string[] {
  const file = `openapi/${name}/baseline.json`;
  if (!existsSync(join(ROOT, file))) return [];
  const {
    document,
    differences,
    patterns = [],
  } = readBaseline(JSON.parse(readFileSync(join(ROOT, file), 'utf8')), file);
  const entries = [...patterns.map(({ pattern, ...rest }) => ({ ...rest, id: pattern })), ...differences];
  const lines = entries.map(
    ({ id, what, class: category, reason, source }) =>
      `| \`${escapeCell(id)}\` | ${category} | ${escapeCell(what)} | ${escapeCell(reason ?? '')} | ${escapeCell(source ?? '')} |`,
  );
  return [
    `## ${title}: \`${document}\`\n\n| difference | class | what | reason | source |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`,
  ];
}

it('docs/reference/configuration.md matches the table of options', async () => {
  await expect(createConfigurationPage()).toMatchFileSnapshot('../../../docs/reference/configuration.md');
});

it('docs/reference/coverage.md matches the tables and the documents', async () => {
  const services = await Promise.all(SERVICES.map(createCoverage));
  const page = `# Coverage

${GENERATED}

Every operation of the mock: the versions that have it, the rights that it needs, and how certain both are. The first certainty is about
the operation itself (its parameters, bodies and statuses), the others about the rule that allows or refuses it.

| certainty | meaning |
| --- | --- |
| \`documented\` | the vendor says so |
| \`implied\` | it follows from what the vendor says |
| \`observed\` | seen in published clients or recorded traffic |
| \`inferred\` | the most plausible reading, where the documentation is silent |
| \`contradicted\` | the documentation says two things; the mock follows one |
| \`ours\` | no source at all |

A running server shows the source of each row in the description of its operation at \`/docs\`. Why some documents differ from the vendors':
[Differences](https://github.com/nv-auth-mock/nv-auth-mock/blob/main/docs/maintaining/differences.md).

\`GET /_mock/tables/{service}\` has all of this as data.

| service | version | operations | documented | rule documented |
| --- | --- | --- | --- | --- |
${SERVICES.flatMap(createCountRows).join('\n')}

Public operations have no rule.

## Versions with the rules of an earlier one

Each has a document of its own.

| service | version | same as | source | certainty |
| --- | --- | --- | --- | --- |
${createFurtherRows('versions', 'version', 'sameAs', 'source', 'certainty').join('\n')}

## Left out

Too little is known of these. They answer 404.

| service | operations | reason | source |
| --- | --- | --- | --- |
${createFurtherRows('leftOut', 'what', 'because', 'source').join('\n')}

## Examples of requests that succeed

All operations have [such an example](api-documents.md#examples), called \`cast\`, except
${(await Promise.all(SERVICES.map(countMissingExamples))).flat().join(', ')}
(paths with and without the organisation count twice), which need a right that the owner lacks, an object that the built-in world lacks, times after those of the clock, or an id from an earlier answer.

${services.join('\n\n')}
`;
  await expect(page).toMatchFileSnapshot('../../../docs/reference/coverage.md');
});

it('docs/maintaining/differences.md matches the baselines', async () => {
  const page = `# Differences from published documents

${GENERATED}

Where the documents of the mock intentionally differ from those that the vendors publish, and why. [\`verify\`](../reference/verify.md)
reports them; the rows come from a file of the package, such as \`openapi/runai/baseline.json\`. In an id, \`*\` stands
for any text. How certain each operation is: [Coverage](../reference/coverage.md).

${SERVICES.flatMap(createBaseline).join('\n')}`;
  await expect(page).toMatchFileSnapshot('../../../docs/maintaining/differences.md');
});
