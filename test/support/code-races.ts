import { codeFields, codeOf, formOf, REALM_TOKEN } from './oauth.ts';
import type { TestServer } from './server.ts';

/** Concurrent redemptions per code. */
const WAYS = 4;

/** Returns how many concurrent redemptions of each code succeeded. */
export async function raceCodes(server: TestServer, codes: number): Promise<readonly number[]> {
  const { url } = await server.listen('127.0.0.1', 0);
  const winners: number[] = [];
  for (let raced = 0; raced < codes; raced += 1) {
    const body = formOf(codeFields(await codeOf(server)));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const redeem = () => fetch(`${url}${REALM_TOKEN}`, { method: 'POST', headers, body });
    const answers = await Promise.all(Array.from({ length: WAYS }, redeem));
    winners.push(answers.filter(({ status }) => status === 200).length);
  }
  return winners;
}
