import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBaseline } from '../../../conformance/src/verify/baseline.ts';
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
/** Returns the title of a service without the vendor. */
const shortTitle = (title: string) => title.replace(/^NVIDIA /, '');
const escapeCell = (text: string) => text.replaceAll('|', '\\|');

/** Creates the table of options. */
function createOptionsTable(): string {
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
  return `| flag | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
| \`-c, --config FILE\` | | options from a YAML or JSON file |
| \`--etc DIR\` | | a folder whose \`config.yaml\` and \`seed.yaml\` (or \`.yml\`, \`.json\`) are the defaults |
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
    // The calls by the rights that they need, and by certainty.
    const needs = new Map<string, Map<string, string[]>>();
    for (const { call, ruleset, id } of operations) {
      const row = ruleset.tables.operations.find((operation) => operation.id === id);
      const rule = ruleset.tables.rules.find(({ id: ruleId }) => ruleId === row?.rule);
      const added = (rule?.added ?? []).map(({ certainty }) => certainty);
      const certainties = [row?.certainty, ...new Set([rule?.certainty, ...added])].filter(Boolean).join('/');
      const needed = describeNeeds(rule);
      const calls = needs.get(needed) ?? new Map<string, string[]>();
      needs.set(needed, calls.set(certainties, [...(calls.get(certainties) ?? []), `\`${call}\``]));
    }
    const lines = [...needs].map(([needed, calls]) => {
      const groups = [...calls].map(([certainties, those]) => `${certainties}:<br>${those.join('<br>')}`);
      return `| ${escapeCell(needed)} | ${groups.join('<br>')} |`;
    });
    return `${versions === '' ? '' : `### ${versions}\n\n`}| needs | operations |
| --- | --- |
${lines.join('\n')}`;
  });
  return `## ${shortTitle(title)}\n\n${tables.join('\n\n')}`;
}

/** Creates the rows of counts of documented operations and rules. */
function createCountRows({ title, rules: { rulesets } }: ServiceDefinition): string[] {
  return rulesets.map(({ profile, tables: { operations, rules } }) => {
    const isDocumented = ({ certainty }: { readonly certainty: string }) => certainty === 'documented';
    const rulesOf = operations.flatMap((row) => rules.find(({ id }) => id === row.rule) ?? []);
    return `| ${[
      shortTitle(title),
      profile ?? '',
      operations.length,
      operations.filter(isDocumented).length,
      `${rulesOf.filter(isDocumented).length} of ${rulesOf.length}`,
    ].join(' | ')} |`;
  });
}

/** Creates the rows of a further table, which is the same in all versions of a service. */
function createFurtherRows(table: string, ...members: readonly string[]): string[] {
  return SERVICES.flatMap(({ title, rules }) =>
    (rules.rulesets[0]?.tables.more?.[table] ?? []).map(
      (row) => `| ${[shortTitle(title), ...members.map((member) => escapeCell(String(row[member])))].join(' | ')} |`,
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

it('docs/reference/command.md has the table of options', async () => {
  const page = readFileSync(join(ROOT, 'docs/reference/command.md'), 'utf8');
  const table = /(?<=^<!-- Made from .*\n\n)(?:\|.*\n)+/m;
  expect(page).toMatch(table);

  await expect(page.replace(table, createOptionsTable)).toMatchFileSnapshot('../../../docs/reference/command.md');
});

it('docs/reference/coverage.md matches the tables and the documents', async () => {
  const services = await Promise.all(SERVICES.map(createCoverage));
  const page = `# Coverage

${GENERATED}

Every operation, and the rights that it needs. The first certainty is about the operation itself (its parameters, bodies and statuses), the
others about the rule that allows or refuses it. A public operation has no rule.

| certainty | meaning |
| --- | --- |
| \`documented\` | the vendor says so |
| \`implied\` | it follows from what the vendor says |
| \`observed\` | seen in published clients or recorded traffic |
| \`inferred\` | the most plausible reading, where the documentation is silent |
| \`contradicted\` | the documentation says two things; the mock follows one |
| \`ours\` | no source at all |

The sources are in \`GET /_mock/tables/{service}\` and, for each operation, at \`/docs\`. Why some documents differ from the vendors':
[Differences](https://github.com/nv-auth-mock/nv-auth-mock/blob/main/docs/maintaining/differences.md).

| service | version | operations | documented | rule documented |
| --- | --- | --- | --- | --- |
${SERVICES.flatMap(createCountRows).join('\n')}

These versions have the rules of an earlier one, and documents of their own:

| service | version | same as | source | certainty |
| --- | --- | --- | --- | --- |
${createFurtherRows('versions', 'version', 'sameAs', 'source', 'certainty').join('\n')}

Left out, because too little is known. They answer 404:

| service | operations | reason | source |
| --- | --- | --- | --- |
${createFurtherRows('leftOut', 'what', 'because', 'source').join('\n')}

${services.join('\n\n')}
`;
  await expect(page).toMatchFileSnapshot('../../../docs/reference/coverage.md');
});

it('docs/maintaining/differences.md matches the baselines', async () => {
  const page = `# Differences from published documents

${GENERATED}

Where the documents of the mock intentionally differ from those that the vendors publish, and why. [\`verify\`](../reference/command.md#verify)
reports them; the rows come from a file of the package, such as \`openapi/runai/baseline.json\`. In an id, \`*\` stands
for any text. How certain each operation is: [Coverage](../reference/coverage.md).

${SERVICES.flatMap(createBaseline).join('\n')}`;
  await expect(page).toMatchFileSnapshot('../../../docs/maintaining/differences.md');
});
