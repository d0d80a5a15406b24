import type { Drill, JudgedRequest } from '../../../contract/drill.ts';
import { Problem } from '../../../decisions/problem.ts';
import { findNewestRequest } from '../../../ngc-keys/drills.ts';
import { ORGANIZATIONS } from '../../../ngc-keys/records.ts';
import { memberOf } from '../../../objects/members.ts';
import type { Collections } from '../../../store/collections.ts';
import { createModelRow, isModelPath, MODELS, type ModelRow } from './models.ts';

const dropModel: Drill = {
  name: 'drop-model',
  event:
    "A key's account loses access to the model of its newest allowed request. Calls to this model then return 404, `Not found for account`.",
  rightClient:
    'It does not retry the model. It continues with another one from `GET /v1/models`, or reports which model is missing.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: 'the key of the newest allowed call to a model',
  run: async (context, requestedPrincipal) => {
    const { collections } = context.store;
    const { seen, principal } = findNewestRequest(
      context,
      requestedPrincipal,
      'key that called a model',
      ({ service, target }) => service === 'catalogue' && target !== '',
    );
    const { account = '' } = principal;
    const model = await findModel(collections, readModelName(seen));
    if (model === null) {
      throw new Problem('conflict', 'The model of the newest call no longer exists. Call another one first.');
    }
    const allAccounts = (await ORGANIZATIONS.all(collections)).map(({ body: { ncaId } }) => ncaId);
    await MODELS.change(collections, model.id, ({ id, body }) => {
      const accounts = body.accounts ?? allAccounts;
      const remaining = accounts.filter((candidate) => candidate !== account);
      if (remaining.length < accounts.length) return createModelRow(id, { ...body, accounts: remaining });
      throw new Problem('conflict', `The account ${account} has already lost ${id}.`);
    });
    const names = [model.id, ...model.body.paths];
    return {
      summary: `The account ${account} can no longer use ${model.id}.`,
      principal,
      watch: {
        isRefused: (later) => {
          const { service, reason, principal: caller } = later.decision;
          const isOfAccount = service === 'catalogue' && caller?.account === account;
          return isOfAccount && reason === 'foreign_object' && names.includes(readModelName(later));
        },
        subject: () => 'the model',
      },
    };
  },
};

/** Returns what identifies the model that a request calls: its name in the body, or its path without the service's prefix. */
function readModelName({ path, body }: JudgedRequest): string {
  const pathAtHost = path.replace(/^\/(?:ai|integrate)(?=\/)/, '');
  return isModelPath(pathAtHost) ? String(memberOf(body(), 'model')) : pathAtHost;
}

/** Finds a model by its name or its path. */
async function findModel(collections: Collections, name: string): Promise<ModelRow | null> {
  return (await MODELS.byId(collections, name)) ?? (await MODELS.byAlias(collections, name));
}

/** Drills for clients of the catalogue. */
export const DRILLS: readonly Drill[] = [dropModel];
