"""Weights in the layout of Hugging Face's cache, so that the engine's arguments are the same wherever they come from.

A source is the model (`engine` of the configuration) or one of its adapters: a repository at a revision, and the prefix of
the bucket where it is staged. All machines of a fleet serve one commit of the model: the plan's, the one that was staged,
or the one that the first machine found. Adapters name theirs.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess

from machine import aws, log

# huggingface_hub names a blob by its etag (file_download.py): a large file's SHA-256, a small one's git SHA-1. So the
# name is the checksum.
HEAD = "import sys; from huggingface_hub import HfApi; print(HfApi().model_info(sys.argv[1], revision=sys.argv[2]).sha)"
DOWNLOAD = (
    "import json, sys; from huggingface_hub import snapshot_download;"
    "print(snapshot_download(sys.argv[1], revision=sys.argv[2], **json.loads(sys.argv[3])))"
)
MODEL_FILES = {"ignore_patterns": ["*.bin", "*.pt", "*.gguf"]}
# All that vLLM reads of an adapter (vllm/lora/peft_helper.py, lora_model.py). Repositories often hold a training's checkpoints too.
ADAPTER_FILES = {"allow_patterns": ["adapter_config.json", "adapter_model.safetensors"]}


def sources(config):
    """Adapters first: what is wrong with one is said before the model's gigabytes are here, and the space that is left for
    those is what the adapters have left."""
    return [*config["engine"]["adapters"], config["engine"]]


def is_adapter(source):
    return "rank" in source


def title(source):
    return "adapter %s" % source["name"] if is_adapter(source) else "weights"


def repository_folder(config, source):
    repository = source["repository"].replace("/", "--")
    return os.path.join(config["engine"]["cacheDirectory"], "huggingface", "hub", "models--" + repository)


def snapshot(config, source, commit):
    return os.path.join(repository_folder(config, source), "snapshots", commit)


def mark(config, source):
    revision = hashlib.sha256(source["revision"].encode()).hexdigest()[:16]
    return os.path.join(repository_folder(config, source), "verified-" + revision)


def verified_commit(config, source):
    """The commit whose files are all here, None before that."""
    if not os.path.exists(mark(config, source)):
        return None
    with open(mark(config, source), encoding="utf-8") as file:
        return file.read()


def present_bytes(config, source):
    """What an interrupted download has left: it is continued, not fetched again."""
    total = 0
    for folder, _, names in os.walk(repository_folder(config, source)):
        for name in names:
            path = os.path.join(folder, name)
            total += 0 if os.path.islink(path) else os.path.getsize(path)
    return total


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 24):
            digest.update(chunk)
    return digest.hexdigest()


def git_blob(path):
    """The SHA-1 under which git, and so huggingface_hub, names a small file."""
    with open(path, "rb") as file:
        content = file.read()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def checksum(path, wanted):
    if not os.path.exists(path):
        return "missing"
    return git_blob(path) if len(wanted) == 40 else sha256(path)


def run(argv):
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-500:] or "exit %d" % done.returncode)
    return done.stdout.strip()


def in_engine_image(config, secrets, program, *words):
    """Runs a program with these words; what it printed."""
    engine = config["engine"]
    argv = ["docker", "run", "--rm", "--network", "host", "--volume", engine["cacheDirectory"] + ":/cache"]
    argv += ["--volume", secrets + ":/run/secrets:ro", "--env", "HF_HOME=/cache/huggingface"]
    argv += ["--env", "HF_TOKEN_PATH=/run/secrets/huggingFaceToken", "--entrypoint", "python3", engine["image"]]
    return run(argv + ["-c", program, *words])


def is_commit(text):
    return re.fullmatch("[0-9a-f]{40}", text) is not None


def agreed(config, words, query):
    """One call about the fleet's parameter; what it answers."""
    name = config["engine"]["revisionParameter"]
    text, problem = aws(config, *words, "--name", name, "--query", query, "--output", "json")
    if problem is not None:
        raise RuntimeError("the fleet's revision: %s" % problem)
    return json.loads(text)


def written(config):
    """The parameter's values by version, oldest first. AWS numbers the versions, so whoever writes at once, one is first."""
    return sorted(agreed(config, ["ssm", "get-parameter-history"], "Parameters[].[Version,Value]"))


def first_commit(versions):
    """What the fleet serves: the commit that a machine wrote first, None before one has."""
    return next((value for _, value in versions if is_commit(value)), None)


def commit_to_serve(config, source, secrets):
    """A branch moves on; the first machine of a fleet writes down where it was, all others read that."""
    if source.get("revisionParameter") is None:
        return source["revision"]
    found = first_commit(written(config))
    if found is not None:
        return found
    head = in_engine_image(config, secrets, HEAD, source["repository"], source["revision"])
    if not is_commit(head):
        raise RuntimeError("%s has no commit at %s: %s" % (source["repository"], source["revision"], head[-200:]))
    log("weights: %s of %s is %s: written down for the fleet" % (source["revision"], source["repository"], head))
    own = agreed(config, ["ssm", "put-parameter", "--overwrite", "--value", head], "Version")
    versions = written(config)
    if own not in [version for version, _ in versions]:
        raise RuntimeError("the fleet's revision: version %d is not to be read yet" % own)
    # Another machine may have written meanwhile, and before.
    return first_commit(versions)


def write_ref(config, source, commit):
    """The engine asks offline for the plan's revision: a branch is then a file that names its commit."""
    if commit == source["revision"]:
        return
    ref = os.path.join(repository_folder(config, source), "refs", source["revision"])
    os.makedirs(os.path.dirname(ref), exist_ok=True)
    with open(ref, "w", encoding="utf-8") as file:
        file.write(commit)


def from_hugging_face(config, source, secrets):
    """@returns the commit, and (path, checksum) of every file whose checksum is known"""
    commit = commit_to_serve(config, source, secrets)
    wanted = ADAPTER_FILES if is_adapter(source) else MODEL_FILES
    in_engine_image(config, secrets, DOWNLOAD, source["repository"], commit, json.dumps(wanted))
    write_ref(config, source, commit)
    blobs = os.path.join(repository_folder(config, source), "blobs")
    names = sorted(os.listdir(blobs)) if os.path.isdir(blobs) else []
    return commit, [(os.path.join(blobs, name), name) for name in names if len(name) in (40, 64)]


def drop_strays(snapshot_folder, wanted):
    """The AWS command line writes to a temporary name beside the file; an interrupted run leaves it, and it fills the disk."""
    for folder, _, names in os.walk(snapshot_folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, snapshot_folder) not in wanted:
                os.remove(path)


def from_s3(config, source):
    staged = "s3://%s/%s" % (config["deployed"]["weightsBucket"], source["weightsPrefix"])
    folder = repository_folder(config, source)
    os.makedirs(folder, exist_ok=True)
    manifest = os.path.join(folder, "manifest.json")
    copy = ["aws", "s3", "cp", "--only-show-errors", "--region", config["region"]]
    try:
        run(copy + [staged + "manifest.json", manifest])
    except RuntimeError as error:
        # A missing object reads as 'forbidden' to a role that may list its own prefix only.
        raise RuntimeError("no %smanifest.json: has the staging job finished? %s" % (staged, error)) from error
    with open(manifest, encoding="utf-8") as file:
        listed = json.load(file)
    here = snapshot(config, source, listed["commit"])
    drop_strays(here, {entry["path"] for entry in listed["files"]})
    sync = ["aws", "s3", "sync", "--only-show-errors", "--region", config["region"]]
    run(sync + [staged + "files/", here])
    write_ref(config, source, listed["commit"])
    return listed["commit"], [(os.path.join(here, entry["path"]), entry["sha256"]) for entry in listed["files"]]


def fetch_and_verify(config, source, secrets):
    """@raises RuntimeError naming the files that are corrupt; they are removed, so that another attempt fetches them"""
    s3 = source["weightsPrefix"] is not None
    commit, files = from_s3(config, source) if s3 else from_hugging_face(config, source, secrets)
    # Hashing releases the interpreter's lock: eight files at a time keep a local disk busy.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda file: checksum(*file), files))
    corrupt = [path for (path, wanted), is_ in zip(files, found) if is_ != wanted]
    for path in corrupt:
        if os.path.exists(path):
            os.remove(path)
    # What an adapter lacks is said file by file (adapters.py).
    if corrupt or not (files or is_adapter(source)):
        raise RuntimeError("corrupt weights: %s" % (", ".join(map(os.path.basename, corrupt)) or "none came"))
    log("%s: %d files have their checksums, commit %s" % (title(source), len(files), commit))
    # On the disk before the mark says so: a machine that loses power now must not trust files it never wrote.
    os.sync()
    with open(mark(config, source), "w", encoding="utf-8") as file:
        file.write(commit)
