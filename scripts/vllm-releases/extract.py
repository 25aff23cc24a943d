#!/usr/bin/env python3
"""Write src/vllm/data/releases/<version>.json from one released vLLM package.

    python3 scripts/vllm-releases/extract.py 0.33.0 --wheel vllm-0.33.0-….whl
    python3 scripts/vllm-releases/extract.py 0.33.0 --sdist vllm-0.33.0.tar.gz
    python3 scripts/vllm-releases/extract.py 0.33.0 --source unpacked-sdist/

Nothing of vLLM is imported or run: flags, choices, defaults, model classes and environment
variables come from its syntax trees. What no script can derive is in readings.json: a value for
a range of versions plus the source text it was read from. The text must still be in the package,
which gives the line number and stops the run when a new release has moved on.
"""
import argparse
import ast
import datetime
import json
import pathlib
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = ROOT / "src" / "vllm" / "data"

CHOICES = """--all2all-backend --distributed-executor-backend --dtype
--gdn-prefill-backend --kv-cache-dtype --load-format --mamba-cache-dtype --mamba-cache-mode
--mamba-ssm-cache-dtype --mm-encoder-tp-mode --moe-backend --performance-mode --quantization
--safetensors-load-strategy""".split()
ENV = """VLLM_ALLOW_LONG_MAX_MODEL_LEN VLLM_API_KEY VLLM_CACHE_ROOT VLLM_ENGINE_READY_TIMEOUT_S
VLLM_HTTP_TIMEOUT_KEEP_ALIVE VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS VLLM_PP_LAYER_PARTITION
VLLM_RUST_FRONTEND_PATH VLLM_USE_RUST_FRONTEND VLLM_USE_V2_MODEL_RUNNER""".split()


def key(version):
    return tuple(int(part) for part in version.split("."))


def within(version, entry, first="from", end="before"):
    low, high = entry.get(first), entry.get(end)
    return (not low or key(low) <= key(version)) and (not high or key(version) < key(high))


class Package:
    """The *.py files of one release, and the day it was built."""

    def __init__(self, version, kind, path):
        self.label = f"vllm {version} ({'wheel' if kind == 'wheel' else 'sdist'})"
        self.trees, self.files = {}, {}
        path = pathlib.Path(path)
        if kind == "wheel":
            with zipfile.ZipFile(path) as z:
                for info in z.infolist():
                    if info.filename.endswith(".dist-info/METADATA"):
                        self.built = "%04d-%02d-%02d" % info.date_time[:3]
                    if info.filename.startswith("vllm/") and info.filename.endswith(".py"):
                        self.files[info.filename] = z.read(info).decode()
        elif kind == "sdist":
            with tarfile.open(path) as t:
                for m in t:
                    name = m.name.split("/", 1)[-1]
                    if name == "PKG-INFO":
                        self.built = self.day(m.mtime)
                    if m.isfile() and name.startswith("vllm/") and name.endswith(".py"):
                        self.files[name] = t.extractfile(m).read().decode()
        else:
            self.built = self.day((path / "PKG-INFO").stat().st_mtime)
            for p in (path / "vllm").rglob("*.py"):
                self.files[str(p.relative_to(path))] = p.read_text()

    @staticmethod
    def day(mtime):
        return datetime.datetime.fromtimestamp(mtime, datetime.timezone.utc).date().isoformat()

    def tree(self, path):
        if path not in self.trees:
            self.trees[path] = ast.parse(self.files[path])
        return self.trees[path]

    def at(self, path, line):
        return f"{path}:L{line} of {self.label}"

    def find(self, path, text):
        """Where `text` stands; `path` may name alternatives with '|'."""
        for p in path.split("|"):
            for n, line in enumerate(self.files.get(p, "").splitlines(), 1):
                if text in line:
                    return self.at(p, n)
        raise SystemExit(f"{self.label}: no {text!r} in {path}; the reading must be checked again")

    def defining(self, kind, name, holding=""):
        """(path, node) of a class or of an assignment whose value holds the given text."""
        for path, source in self.files.items():
            if name not in source or (kind is ast.ClassDef and f"class {name}" not in source):
                continue
            for node in ast.walk(self.tree(path)):
                if kind is not ast.Assign:
                    if isinstance(node, kind) and node.name == name:
                        return path, node
                    continue
                targets = node.targets if isinstance(node, ast.Assign) else \
                    [node.target] if isinstance(node, ast.AnnAssign) and node.value else []
                if any(isinstance(t, ast.Name) and t.id == name for t in targets) \
                        and holding in ast.unparse(node.value):
                    return path, node
        return None, None

    def fields(self, cls):
        """Annotated fields of a class and its bases: {name: (path, AnnAssign)}."""
        path, node = self.defining(ast.ClassDef, cls)
        if node is None:
            raise SystemExit(f"{self.label}: class {cls} not found")
        found = {}
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id.endswith(("Args", "Config")):
                found.update(self.fields(base.id))
        found.update({s.target.id: (path, s) for s in node.body if isinstance(s, ast.AnnAssign)
                      and "ClassVar" not in ast.unparse(s.annotation)
                      and "InitVar" not in ast.unparse(s.annotation)
                      and not (s.value is not None and "init=False" in ast.unparse(s.value))})
        return found


def members(annotation):
    """The alternatives of `A | B`, Optional[A], Union[A, B]."""
    if isinstance(annotation, ast.BinOp):
        return members(annotation.left) + members(annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = ast.unparse(annotation.value)
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if outer in ("Optional", "Union", "SkipValidation"):
            extra = [ast.Constant(None)] if outer == "Optional" else []
            return [m for i in inner for m in members(i)] + extra
    return [annotation]


def is_switch(annotation):
    """True where vLLM's get_kwargs makes --x and --no-x of it (engine/arg_utils.py _compute_kwargs)."""
    names = {ast.unparse(m) for m in members(annotation)}
    return "bool" in names and names != {"bool", "str", "None"}


def literals(pkg, node, seen=()):
    """Every string of the Literal types that an annotation names."""
    found = []
    for m in members(node):
        if isinstance(m, ast.Subscript) and ast.unparse(m.value) == "Literal":
            inner = m.slice.elts if isinstance(m.slice, ast.Tuple) else [m.slice]
            for i in inner:
                if isinstance(i, ast.Constant):
                    found += [i.value] if isinstance(i.value, str) else []
                else:
                    found += literals(pkg, i, seen)
            continue
        name = m.attr if isinstance(m, ast.Attribute) else m.id if isinstance(m, ast.Name) else ""
        if name[:1].isupper() and name not in seen:
            _, alias = pkg.defining(ast.Assign, name, "Literal[")
            if alias is not None:
                found += literals(pkg, alias.value, (*seen, name))
    return list(dict.fromkeys(found))


def flags_of(pkg):
    """({flag: source}, {flag: (annotation or choices node)}) of `vllm serve`."""
    flags, typed = {}, {}
    negations = "EnableDisableAction" in pkg.files.get("vllm/utils/argparse_utils.py", "")

    def add(option, switch, where):
        flags[option] = where
        if switch:
            flags["--no-" + option[2:]] = where
            for a, b in (("--enable-", "--disable-"), ("--disable-", "--enable-")):
                if negations and option.startswith(a):
                    flags[b + option[len(a):]] = where

    def scan(path, function):
        groups, aliases = {}, {}   # x = get_kwargs(Cls); y = x["field"]
        for node in ast.walk(function):
            if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
                continue
            name, value = node.targets[0].id, node.value
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "get_kwargs":
                groups[name] = value.args[0].id
            elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
                aliases[name] = value
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "add_argument"):
                continue
            options = [a.value for a in node.args if isinstance(a, ast.Constant)
                       and isinstance(a.value, str) and a.value.startswith("--")]
            switch, annotation = False, None
            for kw in node.keywords:
                text = ast.unparse(kw.value)
                if kw.arg == "action":
                    switch = text.endswith("BooleanOptionalAction")
                elif kw.arg == "choices":
                    annotation = kw.value
                elif kw.arg is None:   # **model_kwargs["field"], alone or inside {**…, "default": …}
                    for part in ast.walk(kw.value):
                        part = aliases.get(part.id, part) if isinstance(part, ast.Name) else part
                        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name) \
                                and part.value.id in groups and isinstance(part.slice, ast.Constant):
                            annotation = pkg.fields(groups[part.value.id])[part.slice.value][1].annotation
                            switch = is_switch(annotation)
            for option in options:
                add(option, switch, pkg.at(path, node.lineno))
                typed[option] = annotation

    engine = "vllm/engine/arg_utils.py"
    for cls in ("EngineArgs", "AsyncEngineArgs"):
        node = next(n for n in pkg.tree(engine).body if isinstance(n, ast.ClassDef) and n.name == cls)
        scan(engine, next(f for f in node.body if getattr(f, "name", "") == "add_cli_args"))
    cli = pkg.defining(ast.ClassDef, "FrontendArgs")[0]
    scan(cli, next(f for f in pkg.tree(cli).body if getattr(f, "name", "") == "make_arg_parser"))
    custom = pkg.files[cli]
    for name, (path, field) in pkg.fields("FrontendArgs").items():
        assert f'frontend_kwargs["{name}"]["flags"]' not in custom
        plain = f'frontend_kwargs["{name}"]["action"]' in custom
        add("--" + name.replace("_", "-"), is_switch(field.annotation) and not plain,
            pkg.at(path, field.lineno))
    return flags, typed


def env_of(pkg):
    """{name: {default, source}} from vllm/envs.py: the os.getenv default, else the declared one."""
    path, found = "vllm/envs.py", {}
    declared = {n.target.id: n.value for n in ast.walk(pkg.tree(path)) if isinstance(n, ast.AnnAssign)
                and isinstance(n.target, ast.Name) and n.value is not None}
    for node in ast.walk(pkg.tree(path)):
        if not isinstance(node, ast.Dict):
            continue
        for k, v in zip(node.keys, node.values):
            if not (isinstance(k, ast.Constant) and k.value in ENV):
                continue
            values = [declared.get(k.value)]
            for call in ast.walk(v):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in ("os.getenv", "os.environ.get") \
                        and len(call.args) == 2 and isinstance(call.args[1], ast.Constant):
                    values.insert(0, call.args[1])
            value = values[0]
            default = value.value if isinstance(value, ast.Constant) else value and ast.unparse(value)
            found.setdefault(k.value, {"default": None if default is None else str(default),
                                       "source": pkg.at(path, k.lineno)})
    return found


def registered(pkg, variable):
    path, node = pkg.defining(ast.Assign, variable)
    return [k.value for k in node.value.keys], pkg.at(path, node.lineno)


def default_of(pkg, cls, field):
    path, node = pkg.fields(cls)[field]
    value = node.value
    if isinstance(value, ast.Call):
        value = next((k.value for k in value.keywords if k.arg == "default"), value.args and value.args[0])
    return ast.literal_eval(value), pkg.at(path, node.lineno)


def extract(version, pkg):
    out, src = {}, {}

    def put(name, value, where):
        out[name], src[name] = value, where

    put("version", version, f"name of the package, {pkg.label}")
    put("releasedOn", pkg.built, f"build day: time of the package's metadata file, {pkg.label}")
    put("image", f"vllm/vllm-openai:v{version}", "Docker Hub naming scheme of the project, not checked per version")
    put("gpuMemoryUtilizationDefault", *default_of(pkg, "CacheConfig", "gpu_memory_utilization"))
    put("enforceEagerDefault", *default_of(pkg, "ModelConfig", "enforce_eager"))

    readings = json.loads((HERE / "readings.json").read_text())
    for name, entries in readings.items():
        fitting = [e for e in entries if within(version, e)]
        if len(fitting) != 1:
            raise SystemExit(f"readings.json: {len(fitting)} values of {name} for {version}")
        where = [pkg.find(path, text) for path, text in fitting[0]["source"]]
        put(name, fitting[0]["value"], where[0] if len(where) == 1 else where)

    flags, typed = flags_of(pkg)
    put("flags", sorted(flags), "vllm/engine/arg_utils.py EngineArgs.add_cli_args and AsyncEngineArgs, "
        f"the frontend's cli_args.py make_arg_parser and FrontendArgs, {pkg.label}")
    put("shutdownTimeoutFlag", "--shutdown-timeout" in flags, flags.get("--shutdown-timeout", f"absent, {pkg.label}"))
    choices, where = {}, {}
    for flag in CHOICES:
        node = typed.get(flag)
        if node is None:
            continue
        if isinstance(node, ast.List):
            values = [e.value for e in node.elts]
        else:
            values = literals(pkg, node)
        if values:
            choices[flag], where[flag] = values, flags[flag]
    for flag, variable in (("--reasoning-parser", "_REASONING_PARSERS_TO_REGISTER"),
                           ("--tool-call-parser", "_TOOL_PARSERS_TO_REGISTER")):
        choices[flag], where[flag] = registered(pkg, variable)
    put("flagChoices", dict(sorted(choices.items())), where)

    path = "vllm/model_executor/models/registry.py"
    classes = {}
    for node in ast.walk(pkg.tree(path)):
        if isinstance(node, ast.Dict):
            for k in node.keys:
                if isinstance(k, ast.Constant) and str(k.value).startswith("Qwen3_5"):
                    classes[k.value] = pkg.at(path, k.lineno)
    put("supportsQwen35", "Qwen3_5ForConditionalGeneration" in classes
        and "Qwen3_5MoeForConditionalGeneration" in classes, next(iter(classes.values()), path))
    put("architectures", sorted(classes), classes)
    env = env_of(pkg)
    put("env", {n: env[n]["default"] for n in sorted(env)}, {n: env[n]["source"] for n in sorted(env)})

    bugs = json.loads((DATA / "known-bugs.json").read_text())
    put("knownBugs", [b["id"] for b in bugs if within(version, b["affects"], "fromVersion", "beforeVersion")],
        "src/vllm/data/known-bugs.json, entries whose `affects` range holds this version")
    out["sources"] = src
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("version")
    group = p.add_mutually_exclusive_group(required=True)
    for kind in ("wheel", "sdist", "source"):
        group.add_argument(f"--{kind}")
    p.add_argument("--out", default=DATA / "releases", type=pathlib.Path)
    a = p.parse_args()
    kind = next(k for k in ("wheel", "sdist", "source") if getattr(a, k))
    result = extract(a.version, Package(a.version, kind, getattr(a, kind)))
    a.out.mkdir(parents=True, exist_ok=True)
    target = a.out / f"{a.version}.json"
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{target}: {len(result['flags'])} flags", file=sys.stderr)


if __name__ == "__main__":
    main()
