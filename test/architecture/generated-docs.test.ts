import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { castExamplesOf, isRefused } from '../../scripts/documents/cast-examples.mjs';
import { configOf } from '../../src/config/config.ts';
import { flagName, OPTIONS, shownValue, variableName } from '../../src/config/options.ts';
import { readBaseline } from '../../src/conformance/verify/baseline.ts';
import type { ServiceDefinition } from '../../src/contract/service.ts';
import { effectOf } from '../../src/core/fidelity.ts';
import type { Option } from '../../src/core/option.ts';
import type { Rule } from '../../src/core/rule.ts';
import type { Ruleset } from '../../src/core/ruleset.ts';
import { apiDocument } from '../support/api-document.ts';
import { SERVICES } from '../support/services.ts';
import { ROOT } from './source-files.ts';

const GENERATED = '<!-- Made from the tables by `npx vitest run test/architecture/generated-docs.test.ts -u`. -->';
const cell = (text: string) => text.replaceAll('|', '\\|');

/** The reference of every option, made from the table that the command reads. */
function configurationPage(): string {
  const { config } = configOf();
  const rows = Object.entries(OPTIONS).map(([name, option]: [string, Option]) => {
    const flag = `--${flagName(name)}${option.argument === undefined ? '' : ` ${option.argument}`}`;
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const fallback = shownValue(name as keyof typeof OPTIONS, config);
    const shown =
      fallback === null || fallback === false || Array.isArray(fallback)
        ? ''
        : `\`${fallback === true ? 'on' : fallback}\``;
    return `| \`${cell(short + flag)}\` | \`${variableName(name)}\` | ${shown} | ${cell(option.description)} |`;
  });
  return `# Configuration

${GENERATED}

Flags beat variables beat the file of \`--config\` beat defaults. In that file keys are flag names without the dashes; for
\`startMock\` options are flag names in camel case. An empty variable counts as not set, a repeatable option takes several
values separated by commas in its variable. An unknown flag, variable, key or option stops the start, and the message suggests the nearest valid name.

A DURATION is written with its unit: \`90s\`, \`15m\`, \`1h30m\`, \`PT15M\`. Only \`startMock\` also takes bare numbers, which are
milliseconds: \`{ tokenTtl: 3600 }\` is 3.6 seconds, and an hour is \`'1h'\` or \`3_600_000\`.

| flag | variable | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
| \`-c, --config FILE\` | \`NV_AUTH_MOCK_CONFIG\` | | options from a YAML or JSON file |
| \`--etc DIR\` | \`NV_AUTH_MOCK_ETC\` | | a folder whose \`config.yaml\` and \`seed.yaml\` count, where they are there and nothing else is named; \`.yml\` and \`.json\` will do |

Where the versions of the real services differ, or their documentation leaves something open, there is an option:
\`--runai-bad-credentials\`, \`--air-bad-credentials\`, \`--runai-revoke-on-delete\`, \`--runai-key-limit\`, \`--token-ttl\`.

\`PORT\` is honoured where \`NV_AUTH_MOCK_PORT\` is not set. Durations: \`90s\`, \`15m\`, \`1h30m\`, \`2d\`, \`PT15M\`.
What a seed may say: [Your own users and keys](../how-to/your-own-users.md).
`;
}

/** What an operation asks for, in words. */
function needs(rule: Rule | undefined): string {
  if (rule === undefined) return 'nothing: public';
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

async function coverageOf({ title, rulesets }: ServiceDefinition): Promise<string> {
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
  const lines = [...rows.values()].map(({ call, profiles, ruleset, id }) => {
    const row = ruleset.tables.operations.find((one) => one.id === id);
    const rule = ruleset.tables.rules.find((one) => one.id === row?.rule);
    const added = (rule?.added ?? []).map(({ certainty }) => certainty);
    const ofRule = [...new Set([rule?.certainty, ...added].filter(Boolean))].join(', ');
    return `| \`${call}\` | ${profiles.filter(Boolean).join(', ')} | ${row?.certainty} | ${cell(needs(rule))} | ${ofRule} |`;
  });
  return `## ${title}

${rows.size} operations.

| operation | versions | certainty of its shape | needs | certainty of its rule |
| --- | --- | --- | --- | --- |
${lines.join('\n')}`;
}

/** For how many operations a document has an example of a request that succeeds. */
async function exampleRows({ name, title, rulesets }: ServiceDefinition): Promise<string[]> {
  const examples = await castExamplesOf(name);
  if (examples === undefined) return [];
  const documents = [...new Map(rulesets.map((ruleset) => [ruleset.document, ruleset])).values()];
  return Promise.all(
    documents.map(async ({ document, profile }) => {
      const served = JSON.parse(readFileSync(join(ROOT, `dist/openapi/${document}.json`), 'utf8'));
      const all = Object.values<object>(served.paths).flatMap((item) => Object.values(item));
      const without = all.filter((operation) => isRefused(examples.requests, operation, document));
      const shown = documents.length > 1 ? (profile ?? '') : '';
      return `| ${title} | ${shown} | ${all.length} | ${all.length - without.length} |`;
    }),
  );
}

/** How many operations of a service are documented, by shape and by rule, and remain under `--fidelity documented`. */
function countsOf({ title, rulesets }: ServiceDefinition): string[] {
  return rulesets.map(({ profile, tables: { operations, rules } }) => {
    const ruled = operations.map((row) => ({ row, rule: rules.find(({ id }) => id === row.rule) ?? null }));
    const isDocumented = ({ certainty }: { readonly certainty: string }) => certainty === 'documented';
    const effects = ruled.map(({ row, rule }) => effectOf(row, rule).effect);
    const left = effects.filter((effect) => effect !== 'refused');
    const rulesOf = ruled.flatMap(({ rule }) => rule ?? []);
    return `| ${[
      title,
      profile ?? '',
      operations.length,
      operations.filter(isDocumented).length,
      `${rulesOf.filter(isDocumented).length} of ${rulesOf.length}`,
      left.length,
      left.filter((effect) => effect === 'questioned').length,
    ].join(' | ')} |`;
  });
}

/** The rows of a further table of a service, which is the same in all its versions. */
function furtherRows(table: string, ...members: readonly string[]): string[] {
  return SERVICES.flatMap(({ title, rulesets: [first] }) =>
    (first?.tables.more?.[table] ?? []).map(
      (row) => `| ${[title, ...members.map((member) => cell(String(row[member])))].join(' | ')} |`,
    ),
  );
}

/** The intended differences from the documents that vendors publish. */
function baselineOf({ name, title }: ServiceDefinition): string[] {
  const file = `openapi/${name}/baseline.json`;
  if (!existsSync(join(ROOT, file))) return [];
  const {
    document,
    differences,
    patterns = [],
  } = readBaseline(JSON.parse(readFileSync(join(ROOT, file), 'utf8')), file);
  const entries = [...patterns.map(({ pattern, ...one }) => ({ ...one, id: pattern })), ...differences];
  const lines = entries.map(
    ({ id, what, class: found, reason, source }) =>
      `| \`${cell(id)}\` | ${found} | ${cell(what)} | ${cell(reason ?? '')} | ${cell(source ?? '')} |`,
  );
  return [
    `### ${title}: \`${document}\`\n\n| difference | class | what | reason | source |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`,
  ];
}

it('docs/reference/configuration.md says what the table of options says', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/reference/configuration.md');
});

it('docs/reference/coverage.md says what the tables and the documents say', async () => {
  const services = await Promise.all(SERVICES.map(coverageOf));
  const page = `# Coverage and fidelity

${GENERATED}

Every operation there is, in which versions, what it needs, and how sure we are: of its shape, which is that it exists with these
parameters, bodies and statuses, and of its rule, with the resource types that were added to it. \`documented\`: the vendor says so;
\`implied\`: it follows from that; \`observed\`: seen in published clients or captures; \`inferred\`: the most plausible reading where the
documentation is silent; \`contradicted\`: it says two things, and this is the one we follow; \`ours\`: there is nothing to go by. With the
sources, of a running server: \`/docs/operations\`. Further tables: \`GET /_mock/tables/{service}\`.

## Only what is documented

With \`--fidelity documented\` an operation is answered if its shape is \`documented\`, \`implied\`, \`observed\` or \`contradicted\`. If it is \`inferred\` or
\`ours\`, the operation is refused with 501 once the caller is known, in the vendor's form, with the row and its source in the message. How
certain the rule is that let a caller pass or refused it, the decision says (\`certainty\`, \`source\`). Where shape or rule are
\`contradicted\`, the operation is answered, and a finding says so. \`GET /_mock/fidelity\` has all of this as data, and the sources of the
reasons for which requests are refused.

| service | version | operations | shape documented | rule documented | answered | of these with a finding |
| --- | --- | --- | --- | --- | --- | --- |
${SERVICES.flatMap(countsOf).join('\n')}

Public operations have no rule.

## Versions with the rules of an earlier one

They are values of the option, and have a document of their own version.

| service | version | same as | source | certainty |
| --- | --- | --- | --- | --- |
${furtherRows('versions', 'version', 'sameAs', 'source', 'certainty').join('\n')}

## Left out

Too little is known of these operations. They answer 404.

| service | operations | reason | source |
| --- | --- | --- | --- |
${furtherRows('leftOut', 'what', 'because', 'source').join('\n')}

## Examples of requests that succeed

With the name \`cast\`, for tools that send examples: [how to use them](api-documents.md#examples). Paths with and without the
organisation count twice. The rest needs a right that the owner lacks, or something from an earlier answer;
\`openapi/NAME/cast/requests.json\` says what, for each.

| service | version | operations | with an example |
| --- | --- | --- | --- |
${(await Promise.all(SERVICES.map(exampleRows))).flat().join('\n')}

## Differences from published documents

Where the document of the mock intentionally differs from the one that the vendor publishes, as [\`verify\`](verify.md)
tells it. The rows come from a file of the package, such as \`openapi/runai/baseline.json\`. In an id, \`*\` stands for any text.

${SERVICES.flatMap(baselineOf).join('\n')}

${services.join('\n\n')}
`;
  await expect(page).toMatchFileSnapshot('../../docs/reference/coverage.md');
});

/** What happens in each drill, and what a right client does. */
function drillsPage(): string {
  const drills = SERVICES.flatMap(({ title, drills: list = [] }) => list.map((drill) => ({ title, ...drill })));
  const sections = drills.map(({ name, title, what, rightClient, lasts, about }) => {
    const lasting = lasts === null ? 'It happens at once' : `It lasts ${lasts / 1000} s, unless \`for\` says otherwise`;
    return `## ${name}\n\n${what}\n\n**What a right client does.** ${rightClient}\n\n${title}. ${lasting}, and affects ${ABOUT[about]}.\n`;
  });
  return `# Drills

${GENERATED}

What a client has to survive sooner or later, rehearsed: \`POST /_mock/drills/{name}\`, or \`mock.drills.run(name)\`. A drill runs on the clock of
its world, so \`POST /_mock/clock/advance\` shortens it; it ends by itself or with \`DELETE /_mock/drills/{name}\`. \`GET /_mock/drills\` says which
are running. What a drill does to requests are [faults](../how-to/testing-your-client.md), so answers and the journal name them.

${sections.join('\n')}`;
}

const ABOUT = {
  one: 'one principal: the administrator, or whom `principal` names',
  'one-or-all': 'everybody, or whom `principal` names',
  all: 'everybody',
} as const;

it('the page of drills says what each of them does', async () => {
  await expect(drillsPage()).toMatchFileSnapshot(join(ROOT, 'docs/reference/drills.md'));
});
