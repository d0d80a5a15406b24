import { expect, it } from 'vitest';
import { createRuleset, permissionsOfRoles, rowsOfProfile } from '../../src/decisions/ruleset.ts';
import { TOY_TABLES } from './toy-law.ts';

it('a ruleset indexes its resource types and has the document of its service or its own', () => {
  const ruleset = createRuleset('toys', '2', TOY_TABLES);

  expect(ruleset).toMatchObject({ service: 'toys', profile: '2', tables: TOY_TABLES, document: 'toys' });
  expect(ruleset.resourceTypes.get('toy')?.label).toBe('Toy');
  expect(createRuleset('toys', '2', TOY_TABLES, 'toys.2').document).toBe('toys.2');
});

it('roles combine their permissions, and unknown roles have none', () => {
  expect([...permissionsOfRoles(TOY_TABLES, ['Player', 'Parent', 'Nobody'])].sort()).toEqual([
    'burn',
    'look',
    'look_closely',
    'mend',
    'play',
  ]);
  expect(permissionsOfRoles(TOY_TABLES, []).size).toBe(0);
});

it('a version has the rows that name it and the rows that name none', () => {
  const rows = [{ id: 'a' }, { id: 'b', profiles: ['1'] }, { id: 'c', profiles: ['1', '2'] }];

  expect(rowsOfProfile(rows, '2')).toEqual([{ id: 'a' }, { id: 'c' }]);
});
