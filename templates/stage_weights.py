"""Copies one revision of a Hugging Face repository to S3, file by file, with a manifest of checksums at the end.

Run by CodeBuild. A file that Hugging Face stores with its SHA-256 must have it here; the manifest is written last, so a
prefix without one is not complete. One with a manifest stays at its commit, also when the branch has moved on: machines
that booted before serve it, and those to come must serve the same.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile

from huggingface_hub import HfApi, hf_hub_download

SKIPPED = (".bin", ".pt", ".gguf")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 24):
            digest.update(chunk)
    return digest.hexdigest()


def upload(path, key):
    subprocess.run(["aws", "s3", "cp", "--only-show-errors", path, os.environ["DESTINATION"] + key], check=True)


def staged_commit():
    """The commit that lies here whole; None where nothing does."""
    source = os.environ["DESTINATION"] + "manifest.json"
    done = subprocess.run(["aws", "s3", "cp", "--only-show-errors", source, "-"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return json.loads(done.stdout)["commit"]
    if "(404)" in done.stderr:
        return None
    return sys.exit("cannot tell what is staged: %s" % done.stderr.strip())


def main():
    repository, revision = os.environ["REPOSITORY"], os.environ["REVISION"]
    info = HfApi().model_info(repository, revision=revision, files_metadata=True)
    staged = staged_commit()
    if staged not in (None, info.sha):
        print("%s is now %s; %s is staged and stays: pin another with deployment.revision" % (revision, info.sha, staged))
        info = HfApi().model_info(repository, revision=staged, files_metadata=True)
    files = []
    for sibling in info.siblings:
        name = sibling.rfilename
        if name.endswith(SKIPPED):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = hf_hub_download(repository, name, revision=info.sha, local_dir=folder)
            checksum = sha256(path)
            if sibling.lfs is not None and sibling.lfs.sha256 != checksum:
                sys.exit("%s is corrupt: %s, Hugging Face says %s" % (name, checksum, sibling.lfs.sha256))
            upload(path, "files/" + name)
            files.append({"path": name, "size": os.path.getsize(path), "sha256": checksum})
            print("staged %s (%d bytes)" % (name, files[-1]["size"]), flush=True)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"repository": repository, "revision": revision, "commit": info.sha, "files": files}, file)
        file.flush()
        upload(file.name, "manifest.json")
    print("staged %d files of %s at %s" % (len(files), repository, info.sha), flush=True)


if __name__ == "__main__":
    main()
