"""Before the first engine starts: local disk, container images, weights - fetched with retries and checked.

Ends well only when every file of the model and its adapters has the checksum it should have, and every adapter is what the
plan says; otherwise says which is not.
"""

import os
import shutil
import subprocess
import time

import adapters
import weights
from machine import fail, load, log
from secret_files import fetch

ATTEMPTS = 5
RETRY_SECONDS = float(os.environ.get("QWEN_RETRY_SECONDS", "10"))
MOUNT_WAIT_SECONDS = int(os.environ.get("QWEN_MOUNT_WAIT_SECONDS", "120"))


def wait_for_mount(path):
    """The image's dlami-nvme.service mounts the local disks; weights must not fill the root volume instead."""
    for _ in range(MOUNT_WAIT_SECONDS):
        if os.path.ismount(path):
            return
        time.sleep(1)
    fail("%s is not mounted after %d s: does this instance type have local NVMe?" % (path, MOUNT_WAIT_SECONDS))


def check_space(path, needed):
    free = shutil.disk_usage(path).free
    if free < needed:
        fail("%s has %.1f GB free, the weights take %.1f GB: disk full" % (path, free / 1e9, needed / 1e9))


def attempt(what, action):
    """Tries again with growing pauses; the last failure ends the program."""
    for number in range(1, ATTEMPTS + 1):
        try:
            return action()
        except (OSError, RuntimeError) as error:
            log("%s: attempt %d of %d: %s" % (what, number, ATTEMPTS, error))
            if number == ATTEMPTS:
                fail("%s failed %d times" % (what, ATTEMPTS))
            time.sleep(RETRY_SECONDS * 2 ** (number - 1))


def pull(image):
    # Pinned, so what is here is it: a reboot needs no registry.
    inspect = ["docker", "image", "inspect", "--format", "{{.Id}}", image]
    if subprocess.run(inspect, check=False, capture_output=True).returncode == 0:
        return
    registry = image.split("/", 1)[0]
    if ".dkr.ecr." in registry:
        password = subprocess.run(
            ["aws", "ecr", "get-login-password", "--region", registry.split(".")[3]],
            check=False,
            capture_output=True,
        )
        login = ["docker", "login", "--username", "AWS", "--password-stdin", registry]
        if subprocess.run(login, input=password.stdout, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            raise RuntimeError("no login to %s: %s" % (registry, password.stderr.decode().strip() or "refused"))
    if subprocess.run(["docker", "pull", "--quiet", image], check=False).returncode != 0:
        raise RuntimeError("docker pull %s failed" % image)


def prepare(config, source, secrets):
    title = weights.title(source)
    here = weights.verified_commit(config, source)
    if here is not None:
        log("%s: already here and verified, commit %s" % (title, here))
    else:
        if not weights.is_adapter(source):
            missing = source["checkpointBytes"] - weights.present_bytes(config, source)
            check_space(source["cacheDirectory"], missing)
            log("weights: fetching %.1f GB" % (max(0, missing) / 1e9))
        attempt(title, lambda: weights.fetch_and_verify(config, source, secrets))
        log("%s: here and verified" % title)
    if weights.is_adapter(source):
        adapters.check(config, source)


def main():
    config = load()
    engine = config["engine"]
    if engine["mountPoint"] is not None:
        wait_for_mount(engine["mountPoint"])
    os.makedirs(engine["cacheDirectory"], exist_ok=True)
    secrets = attempt("secrets", lambda: fetch(config))
    images = [engine["image"]] + ([config["proxyImage"]] if config["proxyImage"] else [])
    images += [config["targetAgent"]["image"]] if config.get("targetAgent") else []
    for image in images:
        attempt("image", lambda image=image: pull(image))
    for source in weights.sources(config):
        prepare(config, source, secrets)


if __name__ == "__main__":
    main()
