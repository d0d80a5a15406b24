import { createRequire } from 'node:module';

const { repository } = createRequire(import.meta.url)('../../package.json');
const REPOSITORY: string = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** A link to a file of the repository or the package. */
export interface PageLink {
  /** Empty for an anchor on the same page. */
  readonly path: string;
  readonly anchor: string;
  /** `root` for a URL of the repository's main branch, which also works where the package lacks the file. */
  readonly from: 'page' | 'root';
}

/** Returns the links of a Markdown page: links, images, definitions (`[name]: path`) and HTML, but not code. */
export function linksOf(page: string): readonly PageLink[] {
  const text = page.replaceAll(/^ *(```+|~~~+).*?^ *\1/gms, '').replaceAll(/(`+)[^`].*?\1/g, '');
  const found = [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)/g),
    ...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm),
    ...text.matchAll(/<[a-z][^>]*\s(?:href|src)=["']([^"']+)/gi),
  ];
  return found.flatMap(([, target = '']) => linkTo(target) ?? []);
}

function linkTo(target: string): PageLink | undefined {
  const [, path = '', anchor = ''] = /^([^?#]*)[^#]*#?(.*)$/.exec(target) ?? [];
  const [, ofRepository] = new RegExp(`^${REPOSITORY}/(?:blob|tree)/(.*)$`).exec(path) ?? [];
  // Another branch stays in the path, so the file is not found.
  if (ofRepository !== undefined) return { path: decodeURI(ofRepository.replace(/^main\//, '')), anchor, from: 'root' };
  return /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(path) ? undefined : { path: decodeURI(path), anchor, from: 'page' };
}
