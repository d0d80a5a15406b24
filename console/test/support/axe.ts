import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * What keeps people with a screen reader, with keys alone or with weak eyes from using a page, by axe's rules.
 *
 * @param within a selector of the part that is looked at, or of what is left out
 */
export async function faultsOfPage(
  page: Page,
  within: string | { readonly exclude: string } = 'html',
): Promise<readonly string[]> {
  // While something fades in, its contrast is not what it will be.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 5000)
      .map(({ finished }) => finished)).then(() => {})`,
  );
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(within)})`)) as {
    readonly violations: readonly Violation[];
  };
  return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
