/** Which lists a commit changes, and how many rows each has more. */
export class Touched {
  readonly #owners = new Map<string, Map<string, number>>();

  add(collection: string, owner: string, more: number): void {
    const owners = this.#owners.get(collection) ?? new Map<string, number>();
    this.#owners.set(collection, owners);
    owners.set(owner, (owners.get(owner) ?? 0) + more);
  }

  get all(): readonly { readonly collection: string; readonly owner: string; readonly more: number }[] {
    return [...this.#owners].flatMap(([collection, owners]) =>
      [...owners].map(([owner, more]) => ({ collection, owner, more })),
    );
  }
}
