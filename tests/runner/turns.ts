/**
 * Output of groups that run beside each other, in the order they were begun: the first that has not ended is shown as
 * it speaks, the others are kept until it is their turn. Nobody has to read two groups mixed.
 */

export interface Turn {
  write(bytes: Uint8Array): void;
  /** One line of text. */
  say(line: string): void;
  /** Nothing more comes. */
  end(): void;
}

interface Waiting {
  kept: Uint8Array[];
  ended: boolean;
}

export class Turns {
  readonly #waiting: Waiting[] = [];

  /** @param show takes what may be seen now. */
  constructor(private readonly show: (bytes: Uint8Array) => void) {}

  /** The next one's turn comes when all before it have ended. */
  next(): Turn {
    const mine: Waiting = { kept: [], ended: false };
    this.#waiting.push(mine);
    const write = (bytes: Uint8Array) => {
      if (mine === this.#waiting[0]) this.show(bytes);
      else mine.kept.push(bytes);
    };
    return {
      write,
      say: (line) => write(new TextEncoder().encode(`${line}\n`)),
      end: () => {
        mine.ended = true;
        this.#goOn();
      },
    };
  }

  #goOn(): void {
    while (this.#waiting[0]?.ended) {
      this.#waiting.shift();
      for (const bytes of this.#waiting[0]?.kept ?? []) this.show(bytes);
      if (this.#waiting[0] !== undefined) this.#waiting[0].kept = [];
    }
  }
}
