"""Weights in the layout of Hugging Face's cache, so that the engine's arguments are the same wherever they come from.

All machines of a fleet serve one commit: the plan's, the one that was staged, or the one that the first machine found.
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
    "import sys; from huggingface_hub import snapshot_download;"
    "print(snapshot_download(sys.argv[1], revision=sys.argv[2], ignore_patterns=['*.bin', '*.pt', '*.gguf']))"
)


def repository_folder(config):
    repository = config["engine"]["repository"].replace("/", "--")
    return os.path.join(config["engine"]["cacheDirectory"], "huggingface", "hub", "models--" + repository)


def mark(config):
    revision = hashlib.sha256(config["engine"]["revision"].encode()).hexdigest()[:16]
    return os.path.join(repository_folder(config), "verified-" + revision)


def verified_commit(config):
    """The commit whose files are all here, None before that."""
    if not os.path.exists(mark(config)):
        return None
    with open(mark(config), encoding="utf-8") as file:
        return file.read()


def present_bytes(config):
    """What an interrupted download has left: it is continued, not fetched again."""
    total = 0
    for folder, _, names in os.walk(repository_folder(config)):
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


def in_engine_image(config, secrets, program, revision):
    """Runs a program with the repository and the revision as its words; what it printed."""
    engine = config["engine"]
    argv = ["docker", "run", "--rm", "--network", "host", "--volume", engine["cacheDirectory"] + ":/cache"]
    argv += ["--volume", secrets + ":/run/secrets:ro", "--env", "HF_HOME=/cache/huggingface"]
    argv += ["--env", "HF_TOKEN_PATH=/run/secrets/huggingFaceToken", "--entrypoint", "python3", engine["image"]]
    return run(argv + ["-c", program, engine["repository"], revision])


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


def commit_to_serve(config, secrets):
    """A branch moves on; the first machine of a fleet writes down where it was, all others read that."""
    engine = config["engine"]
    if engine["revisionParameter"] is None:
        return engine["revision"]
    found = first_commit(written(config))
    if found is not None:
        return found
    head = in_engine_image(config, secrets, HEAD, engine["revision"])
    if not is_commit(head):
        raise RuntimeError("%s has no commit at %s: %s" % (engine["repository"], engine["revision"], head[-200:]))
    log("weights: %s of %s is %s: written down for the fleet" % (engine["revision"], engine["repository"], head))
    own = agreed(config, ["ssm", "put-parameter", "--overwrite", "--value", head], "Version")
    versions = written(config)
    if own not in [version for version, _ in versions]:
        raise RuntimeError("the fleet's revision: version %d is not to be read yet" % own)
    # Another machine may have written meanwhile, and before.
    return first_commit(versions)


def write_ref(config, commit):
    """The engine asks offline for the plan's revision: a branch is then a file that names its commit."""
    if commit == config["engine"]["revision"]:
        return
    ref = os.path.join(repository_folder(config), "refs", config["engine"]["revision"])
    os.makedirs(os.path.dirname(ref), exist_ok=True)
    with open(ref, "w", encoding="utf-8") as file:
        file.write(commit)


def from_hugging_face(config, secrets):
    """@returns the commit, and (path, checksum) of every file whose checksum is known"""
    commit = commit_to_serve(config, secrets)
    in_engine_image(config, secrets, DOWNLOAD, commit)
    write_ref(config, commit)
    blobs = os.path.join(repository_folder(config), "blobs")
    return commit, [(os.path.join(blobs, name), name) for name in sorted(os.listdir(blobs)) if len(name) in (40, 64)]


def drop_strays(snapshot, wanted):
    """The AWS command line writes to a temporary name beside the file; an interrupted run leaves it, and it fills the disk."""
    for folder, _, names in os.walk(snapshot):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, snapshot) not in wanted:
                os.remove(path)


def from_s3(config):
    engine = config["engine"]
    source = "s3://%s/%s" % (config["deployed"]["weightsBucket"], engine["weightsPrefix"])
    folder = repository_folder(config)
    os.makedirs(folder, exist_ok=True)
    manifest = os.path.join(folder, "manifest.json")
    copy = ["aws", "s3", "cp", "--only-show-errors", "--region", config["region"]]
    try:
        run(copy + [source + "manifest.json", manifest])
    except RuntimeError as error:
        # A missing object reads as 'forbidden' to a role that may list its own prefix only.
        raise RuntimeError("no %smanifest.json: has the staging job finished? %s" % (source, error)) from error
    with open(manifest, encoding="utf-8") as file:
        listed = json.load(file)
    snapshot = os.path.join(folder, "snapshots", listed["commit"])
    drop_strays(snapshot, {entry["path"] for entry in listed["files"]})
    sync = ["aws", "s3", "sync", "--only-show-errors", "--region", config["region"]]
    run(sync + [source + "files/", snapshot])
    write_ref(config, listed["commit"])
    return listed["commit"], [(os.path.join(snapshot, entry["path"]), entry["sha256"]) for entry in listed["files"]]


def fetch_and_verify(config, secrets):
    """@raises RuntimeError naming the files that are corrupt; they are removed, so that another attempt fetches them"""
    s3 = config["engine"]["weightsPrefix"] is not None
    commit, files = from_s3(config) if s3 else from_hugging_face(config, secrets)
    # Hashing releases the interpreter's lock: eight files at a time keep a local disk busy.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda file: checksum(*file), files))
    corrupt = [path for (path, wanted), is_ in zip(files, found) if is_ != wanted]
    for path in corrupt:
        if os.path.exists(path):
            os.remove(path)
    if corrupt or not files:
        raise RuntimeError("corrupt weights: %s" % (", ".join(map(os.path.basename, corrupt)) or "none came"))
    log("weights: %d files have their checksums, commit %s" % (len(files), commit))
    # On the disk before the mark says so: a machine that loses power now must not trust files it never wrote.
    os.sync()
    with open(mark(config), "w", encoding="utf-8") as file:
        file.write(commit)
