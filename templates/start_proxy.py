"""Becomes the `docker run` of the local proxy."""

import json
import os

CONFIG = os.environ.get("QWEN_CONFIG", "/etc/qwen-selfhost/config.json")


def main():
    with open(CONFIG, encoding="utf-8") as file:
        image = json.load(file)["proxyImage"]
    argv = ["docker", "run", "--rm", "--name", "qwen-proxy", "--network", "host", "--read-only"]
    argv += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    argv += ["--volume", "/etc/qwen-selfhost/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro", image]
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
