"""Packs a module. Everything that the action reads is an input and everything that it writes an output, so that Bazel may
run it elsewhere (--remote_executor) and take it from a shared cache (--remote_cache).

Not run by this repository's tests."""

def _gowasp_pack_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("pack", ctx.file.module)
    arguments.add("-o", folder.path)
    arguments.add("--name", ctx.label.name)
    arguments.add("--quiet")
    arguments.add("--jobs", ctx.attr.jobs)
    arguments.add_all(ctx.attr.options)
    ctx.actions.run(
        executable = ctx.executable._gowasp,
        arguments = [arguments],
        inputs = [ctx.file.module],
        outputs = [folder],
        mnemonic = "GowaspPack",
        progress_message = "Packing %{input}",
        # Nothing of the environment counts.
        env = {},
    )
    return [DefaultInfo(files = depset([folder]))]

gowasp_pack = rule(
    implementation = _gowasp_pack_impl,
    attrs = {
        "module": attr.label(allow_single_file = [".wasm"], mandatory = True),
        "options": attr.string_list(doc = "More options, such as --brotli=9"),
        "jobs": attr.string(default = "1", doc = "Cores of one action; Bazel runs many at once"),
        "_gowasp": attr.label(default = "//:gowasp", executable = True, cfg = "exec"),
    },
)
