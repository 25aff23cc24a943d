"""Becomes the `docker run` of the load balancer's target control agent."""

import os

from machine import load


def main():
    agent = load()["targetAgent"]
    argv = ["docker", "run", "--rm", "--name", "qwen-target-agent", "--network", "host"]
    argv += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    for key in sorted(agent["environment"]):
        argv += ["--env", key + "=" + agent["environment"][key]]
    os.execvp(argv[0], argv + [agent["image"]])


if __name__ == "__main__":
    main()
