"""Becomes the `docker run` of the local proxy."""

import os
import subprocess

from machine import RUN, load

# The user of the proxy's image.
PROXY_USER = 99


def certificate():
    """A key and a certificate of this machine's own, new at every start and in memory only: load balancers verify none."""
    os.makedirs(RUN, exist_ok=True)
    key, path = os.path.join(RUN, "tls.key"), os.path.join(RUN, "tls.pem")
    argv = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    argv += ["-days", "3650", "-subj", "/CN=qwen-selfhost", "-keyout", key]
    made = subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout
    with open(key, "rb") as file:
        made += file.read()
    os.remove(key)
    if os.path.exists(path):
        os.remove(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
        if os.geteuid() == 0:
            os.fchown(file.fileno(), PROXY_USER, PROXY_USER)
        file.write(made)
    return path


def main():
    config = load()
    argv = ["docker", "run", "--rm", "--name", "qwen-proxy", "--network", "host", "--read-only"]
    argv += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    # What it says goes to the journal, which is bounded; docker's own copy is not.
    argv += ["--log-driver", "none"]
    argv += ["--volume", "/etc/qwen-selfhost/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    if config["serviceScheme"] == "https":
        argv += ["--volume", certificate() + ":/tls.pem:ro"]
    argv += [config["proxyImage"]]
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
