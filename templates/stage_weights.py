"""Copies revisions of Hugging Face repositories to S3, file by file, with a manifest of checksums at the end of each.

Run by CodeBuild: `stage_weights.py FILE` with a list of the model and its adapters. A file that Hugging Face stores with its
SHA-256 must have it here; the manifest is written last, so a prefix without one is not complete. One with a manifest stays
as it is, also when the branch has moved on: machines that booted before serve it, and those to come must serve the
same.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile

from huggingface_hub import HfApi, hf_hub_download

SKIPPED = (".bin", ".pt", ".gguf")
# All that machines serve of an adapter (weights.py).
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 24):
            digest.update(chunk)
    return digest.hexdigest()


def upload(path, destination):
    subprocess.run(["aws", "s3", "cp", "--only-show-errors", path, destination], check=True)


def staged_commit(manifest):
    """The commit that lies here whole; None where nothing does."""
    copy = ["aws", "s3", "cp", "--only-show-errors", manifest, "-"]
    done = subprocess.run(copy, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return json.loads(done.stdout)["commit"]
    if "(404)" in done.stderr:
        return None
    return sys.exit("cannot tell what is staged: %s" % done.stderr.strip())


def wanted(name, adapter):
    return name in ADAPTER_FILES if adapter else not name.endswith(SKIPPED)


def stage(repository, revision, prefix, adapter):
    destination = os.environ["DESTINATION"] + prefix
    info = HfApi().model_info(repository, revision=revision, files_metadata=True)
    staged = staged_commit(destination + "manifest.json")
    if staged not in (None, info.sha):
        print("%s is now %s; %s is staged and stays: pin another with deployment.revision" % (revision, info.sha, staged))
    if staged is not None:
        again = "to copy it again, delete %smanifest.json" % destination
        return print("%s at %s is staged; %s" % (repository, staged, again), flush=True)
    files = []
    for sibling in info.siblings:
        name = sibling.rfilename
        if not wanted(name, adapter):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = hf_hub_download(repository, name, revision=info.sha, local_dir=folder)
            checksum = sha256(path)
            if sibling.lfs is not None and sibling.lfs.sha256 != checksum:
                sys.exit("%s is corrupt: %s, Hugging Face says %s" % (name, checksum, sibling.lfs.sha256))
            upload(path, destination + "files/" + name)
            files.append({"path": name, "size": os.path.getsize(path), "sha256": checksum})
            print("staged %s (%d bytes)" % (name, files[-1]["size"]), flush=True)
    missing = [name for name in ADAPTER_FILES if name not in [file["path"] for file in files]] if adapter else []
    if missing:
        sys.exit("%s at %s has no %s: not an adapter that can be served" % (repository, revision, " and no ".join(missing)))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"repository": repository, "revision": revision, "commit": info.sha, "files": files}, file)
        file.flush()
        upload(file.name, destination + "manifest.json")
    return print("staged %d files of %s at %s" % (len(files), repository, info.sha), flush=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        sources = json.load(file)
    for source in sources:
        stage(**source)


if __name__ == "__main__":
    main()
