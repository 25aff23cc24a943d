/** First in, first out, with a way back to the front for preempted requests (vLLM's FCFS `RequestQueue`). */
export class RequestQueue {
  private ring = new Int32Array(64);
  private head = 0;
  size = 0;

  get first(): number {
    return this.ring[this.head]!;
  }

  push(request: number): void {
    this.makeRoom();
    this.ring[(this.head + this.size++) % this.ring.length] = request;
  }

  pushFront(request: number): void {
    this.makeRoom();
    this.head = (this.head + this.ring.length - 1) % this.ring.length;
    this.ring[this.head] = request;
    this.size++;
  }

  shift(): number {
    const request = this.first;
    this.head = (this.head + 1) % this.ring.length;
    this.size--;
    return request;
  }

  private makeRoom(): void {
    if (this.size < this.ring.length) return;
    const wide = new Int32Array(this.ring.length * 2);
    for (let i = 0; i < this.size; i++) wide[i] = this.ring[(this.head + i) % this.ring.length]!;
    this.ring = wide;
    this.head = 0;
  }
}
