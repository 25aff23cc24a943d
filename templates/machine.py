"""What the programs of this machine share: configuration, log, the AWS command line, events as CloudWatch metrics."""

import json
import os
import socket
import subprocess
import sys
import time

CONFIG = os.environ.get("QWEN_CONFIG", "/etc/qwen-selfhost/config.json")
DEPLOYED = os.environ.get("QWEN_DEPLOYED", "/etc/qwen-selfhost/deployed.json")
# The CloudWatch agent's listener for embedded metric format.
EMF_PORT = int(os.environ.get("QWEN_EMF_PORT", "25888"))
# In memory (tmpfs): what lies here never reaches a disk.
RUN = os.environ.get("QWEN_RUN", "/run/qwen-selfhost")
STATE = os.environ.get("QWEN_STATE", "/var/lib/qwen-selfhost-state")
# The CloudWatch agent sends this file on: a machine that is given up takes its journal along.
LOG = os.environ.get("QWEN_LOG", "/var/log/qwen-selfhost.log")
# A call that hangs must not blind a program to the two minutes of a spot notice.
AWS_SECONDS = float(os.environ.get("QWEN_AWS_SECONDS", "30"))


def log(text):
    print(text, flush=True)
    try:
        with open(LOG, "a", encoding="utf-8") as file:
            file.write("%s: %s\n" % (os.path.basename(sys.argv[0]), text))
    except OSError:
        pass  # A full disk, or a unit that may write nothing: the journal has it.


def fail(text):
    log(text)
    sys.exit(1)


def load():
    """The plan's part of the configuration, and under `deployed` what only Terraform knows: ARNs."""
    with open(CONFIG, encoding="utf-8") as file:
        config = json.load(file)
    with open(DEPLOYED, encoding="utf-8") as file:
        config["deployed"] = json.load(file)
    return config


def aws(config, *words):
    """One call of the AWS command line; its output, or None with the reason in the second place."""
    argv = ["aws", *words, "--region", config["region"], "--cli-connect-timeout", "5", "--cli-read-timeout", "15"]
    try:
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=AWS_SECONDS)
    except subprocess.TimeoutExpired:
        return None, "no answer from AWS in %d s" % AWS_SECONDS
    return (done.stdout, None) if done.returncode == 0 else (None, done.stderr.strip() or "exit %d" % done.returncode)


def emit(config, metrics):
    """Sends metrics by name as one embedded-metric-format record. Losing one must never stop a machine."""
    record = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "LogGroupName": config["telemetryLogGroup"],
            "CloudWatchMetrics": [
                {
                    "Namespace": config["metricNamespace"],
                    "Dimensions": [["AutoScalingGroupName"]],
                    "Metrics": [
                        {"Name": name, "Unit": "Seconds" if name.endswith("Seconds") else "Count"}
                        for name in sorted(metrics)
                    ],
                }
            ],
        },
        "AutoScalingGroupName": config["groupName"],
        **metrics,
    }
    try:
        with socket.create_connection(("127.0.0.1", EMF_PORT), timeout=5) as connection:
            connection.sendall((json.dumps(record) + "\n").encode())
    except OSError as error:
        log("metrics %s not sent: %s" % (", ".join(sorted(metrics)), error))


def complete(config, hook, instance_id, result):
    """Ends a lifecycle hook's wait; None, or why not."""
    return aws(
        config,
        *["autoscaling", "complete-lifecycle-action", "--auto-scaling-group-name", config["groupName"]],
        *["--lifecycle-hook-name", hook, "--instance-id", instance_id, "--lifecycle-action-result", result],
    )[1]
