/** The folders of the library as a tree, with how many photos are in each and below it. */
export interface Branch {
  path: string;
  name: string;
  photos: number;
  depth: number;
  below: Branch[];
}

interface Counted {
  path: string;
  photos: number;
}

/** roots: folders of the library. places: folders with photos in them. A folder on the way to one of these is a branch too. */
export function tree(roots: readonly { path: string; name: string }[], places: readonly Counted[]): Branch[] {
  return roots.map(({ path, name }) => {
    const root: Branch = { path, name, photos: 0, depth: 0, below: [] };
    const known = new Map<string, Branch>([[path, root]]);
    for (const place of places) {
      if (place.path !== path && !isBelow(place.path, path)) continue;
      let branch: Branch | null = grown(place.path, root, known);
      for (; branch; branch = branch === root ? null : (known.get(parent(branch.path)) ?? null)) {
        branch.photos += place.photos;
      }
    }
    return root;
  });
}

function grown(path: string, root: Branch, known: Map<string, Branch>): Branch {
  const there = known.get(path);
  if (there) return there;
  const above = grown(parent(path), root, known);
  const made: Branch = { path, name: leaf(path), photos: 0, depth: above.depth + 1, below: [] };
  above.below.push(made);
  known.set(path, made);
  return made;
}

const cut = (path: string) => Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
export const leaf = (path: string) => path.slice(cut(path) + 1) || path;
const parent = (path: string) => path.slice(0, Math.max(1, cut(path)));

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root) && (/[/\\]$/.test(root) || /[/\\]/.test(path[root.length] ?? ''));
}

/** The branches that are in sight while only those of `open` show what is below them, in order. */
export function opened(branches: readonly Branch[], open: ReadonlySet<string>): Branch[] {
  return branches.flatMap((branch) => [branch, ...(open.has(branch.path) ? opened(branch.below, open) : [])]);
}
