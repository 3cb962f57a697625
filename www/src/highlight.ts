// Colours for TypeScript, JSX and JavaScript: good enough to read by, no parser.

const keywords =
  "abstract|as|async|await|break|case|catch|class|const|constructor|continue|debugger|declare|default|delete|do|else|enum|" +
  "export|extends|finally|for|from|function|get|if|implements|import|in|infer|instanceof|interface|keyof|let|new|of|" +
  "private|protected|public|readonly|return|satisfies|set|static|super|switch|this|throw|try|type|typeof|var|void|while|with|yield";

/** One alternative per class, tried in order at each position. */
const token = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`?)/,
    /(?<tag>(?<![\w$)\]])<\/?[A-Za-z][\w.]*(?=[\s/>])|<\/?>|\/>)/,
    /(?<number>\b(?:0[xob][\da-f]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)n?\b)/,
    new RegExp(`(?<keyword>\\b(?:${keywords})\\b)`),
    /(?<literal>\b(?:true|false|null|undefined)\b)/,
    /(?<call>\b[A-Za-z_$][\w$]*(?=\())/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** Longer texts are shown without colours: a hundred thousand elements make a page slow. */
const longest = 100_000;

/** Shows source text in an element, with a span of class `t-…` around each coloured token. */
export function highlight(view: HTMLElement, source: string): void {
  const parts: (string | HTMLElement)[] = [];
  let end = 0;
  for (const match of source.length <= longest ? source.matchAll(token) : []) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    const span = document.createElement("span");
    span.className = `t-${kind}`;
    span.textContent = match[0];
    parts.push(source.slice(end, match.index), span);
    end = match.index + match[0].length;
  }
  view.replaceChildren(...parts, source.slice(end));
}
