// Written by gowasp-types. Changes are lost.

export interface Word {
  text: string;
  count: number;
}

/** What the program offers. */
export interface Exports {
  /** countWords counts the words of a text, the most frequent first. */
  countWords(text: string): Word[];
  /** countWordsAt has JavaScript fetch a text, and waits for it. */
  countWordsAt(address: string, patience: number): Promise<Word[]>;
  readonly version: string;
}
