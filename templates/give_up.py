"""The local restart budget is spent (systemd's start limit): reports it and asks for another machine."""

import sys

import instance_metadata
from machine import aws, complete, emit, fail, load, log


def main():
    config = load()
    what = sys.argv[1]
    instance_id = instance_metadata.read("instance-id")
    log("%s failed too often: giving this machine up; the reason is above in the journal" % what)
    emit(config, {"EngineGaveUp": 1})
    # While it launches, the hook ends it; later, its health does. Either way it drains the engines that still serve.
    if complete(config, config["launchHook"], instance_id, "ABANDON") is None:
        return log("its launch is abandoned")
    problem = aws(
        config,
        *["autoscaling", "set-instance-health", "--instance-id", instance_id],
        *["--health-status", "Unhealthy", "--no-should-respect-grace-period"],
    )[1]
    if problem is not None:
        fail("the Auto Scaling group was not told: %s" % problem)
    return log("the Auto Scaling group replaces this machine")


if __name__ == "__main__":
    main()
