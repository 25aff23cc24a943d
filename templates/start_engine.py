"""Becomes the `docker run` of one engine. Arguments pass as a list from config.json: no shell ever reads them."""

import json
import os
import sys
import time

import instance_metadata

CONFIG = os.environ.get("QWEN_CONFIG", "/etc/qwen-selfhost/config.json")
MOUNT_WAIT_SECONDS = 120


def wait_for_mount(path):
    """The image's dlami-nvme.service mounts the local disks; weights must not fill the root volume instead."""
    for _ in range(MOUNT_WAIT_SECONDS):
        if os.path.ismount(path):
            return
        time.sleep(1)
    sys.exit("%s is not mounted after %d s: does this instance type have local NVMe?" % (path, MOUNT_WAIT_SECONDS))


def command(config, index, instance_id):
    engine = config["engine"]
    replica = config["replicas"][index]
    cache = engine["cacheDirectory"]
    name = "qwen-engine-%d" % index
    environment = {
        "HF_HOME": "/cache/huggingface",
        # Compiled graphs outlive the container. Per engine: two of them must not write the same files at once.
        "VLLM_CACHE_ROOT": "/cache/vllm/%d" % index,
        **engine["environment"],
    }
    argv = ["docker", "run", "--rm", "--init", "--name", name]
    # Host network: containers then need no bridge hop, and instance metadata stays at hop limit 1.
    argv += ["--network", "host", "--ipc", "host"]
    # docker reads the value as CSV, hence the quotes around a list.
    argv += ["--gpus", '"device=%s"' % ",".join(str(gpu) for gpu in replica["gpus"])]
    argv += ["--ulimit", "memlock=-1", "--ulimit", "stack=67108864", "--security-opt", "no-new-privileges"]
    argv += ["--stop-timeout", str(engine["containerStopSeconds"])]
    argv += ["--log-driver", "awslogs", "--log-opt", "awslogs-region=" + config["region"]]
    argv += ["--log-opt", "awslogs-group=" + config["logGroup"]]
    argv += ["--log-opt", "awslogs-stream=%s/engine-%d" % (instance_id, index)]
    # A slow log service must not block the engine.
    argv += ["--log-opt", "mode=non-blocking", "--log-opt", "max-buffer-size=8m"]
    argv += ["--volume", cache + ":/cache"]
    for key in sorted(environment):
        argv += ["--env", key + "=" + environment[key]]
    argv += ["--entrypoint", "vllm", engine["image"], "serve"]
    return argv + engine["arguments"] + ["--host", replica["host"], "--port", str(replica["port"])]


def main():
    with open(CONFIG, encoding="utf-8") as file:
        config = json.load(file)
    if config["engine"]["mountPoint"] is not None:
        wait_for_mount(config["engine"]["mountPoint"])
    os.makedirs(config["engine"]["cacheDirectory"], exist_ok=True)
    argv = command(config, int(sys.argv[1]), instance_metadata.read("instance-id"))
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
