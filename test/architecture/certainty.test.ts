import { expect, it } from 'vitest';
import { MANIFESTS } from '../../src/services/index.ts';

const services = await Promise.all(MANIFESTS.map(({ load }) => load(() => [])));

it('every row that is in force is decided: what was imported and not decided has no certainty', () => {
  const rows = services.flatMap(({ rulesets }) =>
    rulesets.flatMap(({ service, tables: { operations, rules } }) =>
      [...operations, ...rules].map(({ id, certainty }) => ({ row: `${service}: ${id}`, certainty })),
    ),
  );

  expect(rows.length).toBeGreaterThan(500);
  expect(rows.filter(({ certainty }) => certainty === 'unknown')).toEqual([]);
});
