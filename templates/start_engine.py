"""Becomes the `docker run` of one engine. Arguments pass as a list from config.json: no shell ever reads them."""

import os
import sys

import instance_metadata
from machine import fail, load
from secret_files import fetch

# vLLM takes its key from an argument or the environment, and both of a container lie on the disk, in docker's own files.
# So a shell inside it reads the key from memory; the words after it pass unread as "$@".
# Without a key vLLM would serve everyone, so it does not start.
WITH_KEY = 'VLLM_API_KEY="$(cat /run/secrets/apiKey)"; export VLLM_API_KEY; [ -n "$VLLM_API_KEY" ] && exec vllm "$@"'


def command(config, index, instance_id, secrets):
    engine = config["engine"]
    replica = config["replicas"][index]
    name = "qwen-engine-%d" % index
    environment = {
        "HF_HOME": "/cache/huggingface",
        # The weights are here and verified: a start must not depend on the hub, or get another revision of it.
        "HF_HUB_OFFLINE": "1",
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
    argv += ["--volume", engine["cacheDirectory"] + ":/cache", "--volume", secrets + ":/run/secrets:ro"]
    for key in sorted(environment):
        argv += ["--env", key + "=" + environment[key]]
    keyed = "apiKey" in config["deployed"]["secrets"]
    argv += ["--entrypoint", "sh" if keyed else "vllm", engine["image"]]
    argv += ["-c", WITH_KEY, "sh", "serve"] if keyed else ["serve"]
    return argv + engine["arguments"] + ["--host", replica["host"], "--port", str(replica["port"])]


def main():
    config = load()
    try:
        secrets = fetch(config)
    except RuntimeError as error:
        fail("engine %s: %s" % (sys.argv[1], error))
    argv = command(config, int(sys.argv[1]), instance_metadata.read("instance-id"), secrets)
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
