"""Waits until the Auto Scaling group wants this machine gone, stops the engines, then lets it go.

The terminating lifecycle hook holds the machine meanwhile; when this script fails, the hook's heartbeat timeout
lets it go all the same.
"""

import json
import os
import subprocess
import sys
import time

import instance_metadata

CONFIG = os.environ.get("QWEN_CONFIG", "/etc/qwen-selfhost/config.json")
POLL_SECONDS = float(os.environ.get("QWEN_POLL_SECONDS", "5"))
# The load balancer's nodes learn of a deregistration within seconds; until then they may send one more request.
SETTLE_SECONDS = 2 * POLL_SECONDS


def wanted_gone():
    try:
        return instance_metadata.read("autoscaling/target-lifecycle-state") == "Terminated"
    except OSError as error:
        print("instance metadata: %s; asking again" % error, flush=True)
        return False


def complete(config, instance_id):
    """False while the hook is not waiting yet: the load balancer is still deregistering the machine."""
    done = subprocess.run(
        ["aws", "autoscaling", "complete-lifecycle-action", "--region", config["region"]]
        + ["--auto-scaling-group-name", config["groupName"], "--lifecycle-hook-name", config["hookName"]]
        + ["--instance-id", instance_id, "--lifecycle-action-result", "CONTINUE"],
        check=False,
    )
    return done.returncode == 0


def main():
    with open(CONFIG, encoding="utf-8") as file:
        config = json.load(file)
    while not wanted_gone():
        time.sleep(POLL_SECONDS)
    time.sleep(SETTLE_SECONDS)
    print("terminating: stopping the engines, running requests finish first", flush=True)
    units = ["qwen-engine@%d.service" % index for index in range(len(config["replicas"]))]
    subprocess.run(["systemctl", "stop", *units], check=False)
    print("engines stopped: letting the Auto Scaling group go on", flush=True)
    instance_id = instance_metadata.read("instance-id")
    while not complete(config, instance_id):
        time.sleep(POLL_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
