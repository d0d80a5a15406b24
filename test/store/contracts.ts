import { storeContract } from './contract.ts';
import { collectionsContract } from './contract-collections.ts';
import { imagesContract } from './contract-images.ts';
import { ngcKeysContract } from './contract-ngc-keys.ts';
import { pagesContract } from './contract-pages.ts';
import { rekeyingContract } from './contract-rekeying.ts';
import { revisionsContract } from './contract-revisions.ts';
import { settingsContract } from './contract-settings.ts';

/** The contracts of a store. */
export const CONTRACTS = [
  ...[storeContract, ngcKeysContract, collectionsContract, pagesContract, settingsContract],
  ...[imagesContract, rekeyingContract, revisionsContract],
] as const;
