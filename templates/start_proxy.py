"""Becomes the `docker run` of the local proxy."""

import os

from machine import load


def main():
    argv = ["docker", "run", "--rm", "--name", "qwen-proxy", "--network", "host", "--read-only"]
    argv += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    # What it says goes to the journal, which is bounded; docker's own copy is not.
    argv += ["--log-driver", "none"]
    argv += ["--volume", "/etc/qwen-selfhost/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    argv += [load()["proxyImage"]]
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
