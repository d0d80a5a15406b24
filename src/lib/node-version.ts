/** The oldest supported version of Node, as in `engines` of package.json. */
export const OLDEST_NODE = '20.19';

/** Explains why a Node is too old, or null. Checked before other imports, which fail in an older Node. */
export function describeUnsupportedNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `This is Node ${version}, but nv-auth-mock needs Node ${OLDEST_NODE} or newer. Install it (https://nodejs.org), and start again.`;
}
