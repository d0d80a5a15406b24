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
 * Returns the violations of axe's accessibility rules on a page.
 *
 * @param within a selector of the checked part, or of the part that is left out
 */
export async function findAxeViolations(
  page: Page,
  within: string | { readonly exclude: string } = 'html',
): Promise<readonly string[]> {
  // An element that fades in has a lower contrast than it will have.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 5000)
      .map(({ finished }) => finished)).then(() => {})`,
  );
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ["violations"] })`,
  )) as {
    readonly violations: readonly Violation[];
  };
  return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
