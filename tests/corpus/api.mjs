/**
 * Runs the JavaScript interfaces of npm packages, with the wasm that they load replaced by another.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "../harness/child.mjs";

const CALLER = join(dirname(fileURLToPath(import.meta.url)), "api-caller.mjs");
const TIMEOUT_MS = 120_000;

/** Thousands of allocations for each call, so that collections run all the time. */
const resources = (count) =>
  Array.from({ length: count }, (_, i) => `resource "r" "n${i}" {\n  v = ${i} * local.x[${i}]\n}\n`).join("");

const TERRAFORM = `terraform {
  required_version = ">= 1.0"
  required_providers { aws = { source = "hashicorp/aws", version = "~> 5.0" } }
}
variable "names" {
  type    = list(object({ name = string, size = optional(number, 3) }))
  default = [{ name = "größe" }, { name = "😀", size = 1.5e3 }]
  validation {
    condition     = alltrue([for n in var.names : length(n.name) > 0 && n.size != null])
    error_message = "Name \${var.names[0].name} is \\"empty\\"."
  }
}
locals {
  merged = merge({ a = 1 }, { for k, v in var.map : upper(k) => v... if v != "" })
  heredoc = <<-EOT
    line one \${local.a}
      %{ if true }indented%{ else }not%{ endif }
  EOT
}
resource "aws_instance" "web" {
  count = var.on ? 2 : 0
  tags  = { Name = "web-\${count.index}", "odd key" = data.aws_ami.x[*].id }
  dynamic "ebs" {
    for_each = toset(["a", "b"])
    content { device = ebs.value }
  }
  lifecycle { ignore_changes = [tags] }
}
resource "aws_instance" "other" { provider = aws.west }
`;

const ASTRO_PAGE = `---
import Layout from "../Layout.astro";
export interface Props { title: string; items?: Array<number> }
const { title = "größe", items = [1, 2] } = Astro.props as Props;
const response = await fetch("https://example.org");
---
<Layout {title} client:load transition:animate="slide">
  <!-- a comment -->
  <h1 class:list={["a", { b: true }]} set:html={title}></h1>
  {items.map((item, i) => item > 1 ? <li data-i={i}>{item} &amp; {\`t\${i}\`}</li> : <Fragment slot="other"><br/></Fragment>)}
  <slot name="named">fallback 😀</slot>
  <svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
</Layout>
<style lang="css" define:vars={{ color: title }}>h1 { color: var(--color); &:hover > li { margin: 0 } } @media print { :global(body) { top: 0 } }</style>
<script>const n: number = 1; console.log("hoisted", n);</script>
<script is:inline>alert(1 < 2)</script>
`;

const BROKEN_PAGE = "---\nconst a = {\n---\n<div class={><p>unclosed {a.map(x => <b>{x}</i>)\n<style>h1 {";

/** The calls made on each package: name of the function, and its arguments. */
export const CALLS = {
  hcl2json: [
    ["parse", "main.tf", TERRAFORM],
    ["parse", "empty.tf", ""],
    ["parse", "bad.tf", 'a = {\n  b = "unclosed\n'],
    ["parse", "twice.tf", "a = 1\na = 2\n"],
    ["parse", "large.tf", resources(500)],
    ["parse", "larger.tf", TERRAFORM + resources(3000)],
    ["getReferencesInExpression", "e.tf", `"\${module.a.b[0].c}-\${var.d}-\${each.key}-\${path.module}"`],
    ["getExpressionAst", "e.tf", `a ? [for x in b : "\${x.y}" if x > -1] : {k = f(1, "s"...)}`],
    ["getExpressionAst", "bad.tf", "a +"],
  ],
  astro: [
    [
      "transform",
      ASTRO_PAGE,
      { filename: "/src/page.astro", sourcemap: "both", internalURL: "astro/runtime", scopedStyleStrategy: "where" },
    ],
    [
      "transform",
      ASTRO_PAGE,
      { filename: "/src/page.astro", compact: true, resultScopedSlot: true, normalizedFilename: "/page.astro" },
    ],
    ["transform", BROKEN_PAGE, { filename: "/src/broken.astro" }],
    ["transform", "", {}],
    ["transform", "<p>{`\\``}</p>\n".repeat(400), { filename: "/src/long.astro" }],
    ["parse", ASTRO_PAGE, { position: true }],
    ["parse", BROKEN_PAGE, { position: false }],
    ["convertToTSX", ASTRO_PAGE, { filename: "/src/page.astro", includeScripts: true, includeStyles: true }],
    ["convertToTSX", BROKEN_PAGE, { filename: "/src/broken.astro" }],
  ],
};

/**
 * Makes all calls on a package, in one process.
 *
 * @param {keyof typeof CALLS} name
 * @param {string} wasm path of the module to use in place of the package's own
 * @returns {Promise<{ended: string, stderr: string, results: unknown[]}>} a result for each call: `{value}` or `{error}`
 */
export async function callApi(name, wasm) {
  const { ended, stdout, stderr } = await runChild("node", ["--stack-size=8192", CALLER, name, wasm], {
    env: { PATH: process.env.PATH },
    stdin: JSON.stringify(CALLS[name]),
    timeoutMs: TIMEOUT_MS,
  });
  return { ended, stderr, results: stdout === "" ? [] : JSON.parse(stdout) };
}
