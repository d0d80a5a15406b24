import type { Handler, Lookup } from '../../../contract/request.ts';
import { rowsOfProfile } from '../../../decisions/ruleset.ts';
import { groupHeldPermissions } from '../permission-view.ts';
import { profileOf } from '../rulesets.ts';
import { PERMISSION_SETS, type PermissionSetRow, type Profile } from '../tables/index.ts';

const findPermissionSet: Lookup<PermissionSetRow> = async ({ settings }, id) => {
  const permissionSet = rowsOfProfile(PERMISSION_SETS, profileOf(settings)).find((row) => row.id === id);
  return permissionSet === undefined ? { found: 'nothing' } : { found: 'object', target: permissionSet };
};

export const permissionSetLookups = { permissionSet: findPermissionSet };

const list: Handler<'runai', 'get_permission_sets'> = ({ settings }) => {
  const profile = profileOf(settings);
  const permissionSets = rowsOfProfile(PERMISSION_SETS, profile).map((row) => renderPermissionSet(row, profile));
  return { status: 200, body: { permissionSets } };
};

const get: Handler<'runai', 'get_permission_set_by_id', PermissionSetRow> = ({ target, settings }) => ({
  status: 200,
  body: renderPermissionSet(target, profileOf(settings)),
});

function renderPermissionSet({ id, name, description, permissions }: PermissionSetRow, profile: Profile) {
  return { id, name, description, permissions: groupHeldPermissions(new Set<string>(permissions), profile) };
}

export const permissionSetOperations = {
  get_permission_sets: list,
  get_permission_set_by_id: get,
};
