# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Usage: python3 virtme-run.py VIRTME_RUN [ARG...]
#
# Runs virtme-run as it is, but for the initramfs of a kernel that has its drivers as modules: that mounts the root with options of its own, not
# those of `rootflags`, and so without a cache. What runs in the guest would be read again from this machine by each process that starts it.

import runpy
import sys

from virtme import mkinitramfs

initramfs_init = mkinitramfs.generate_init


def init_with_cache(config):
    return initramfs_init(config).replace(b"trans=virtio,", b"trans=virtio,cache=loose,")


mkinitramfs.generate_init = init_with_cache
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
