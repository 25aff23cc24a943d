/** What was made for the last few keys; the one that was used longest ago goes first. */
export class Kept<T> {
  private readonly items = new Map<string, T>();

  constructor(private readonly most: number) {}

  get(key: string, make: () => T): T {
    const item = this.items.get(key) ?? make();
    this.items.delete(key);
    this.items.set(key, item);
    if (this.items.size > this.most) this.items.delete(this.items.keys().next().value!);
    return item;
  }
}
