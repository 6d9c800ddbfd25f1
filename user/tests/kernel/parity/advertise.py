# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Usage: advertise.py LINK [HOPLIMIT]: sends a router advertisement with one option of each kind that rtnetlink tells of.

import errno
import socket
import struct
import sys
import time


def option(kind, body):
    """Pads it: lengths count eight bytes."""
    body += bytes(-(len(body) + 2) % 8)
    return struct.pack("!BB", kind, (len(body) + 2) // 8) + body


def address(text):
    return socket.inet_pton(socket.AF_INET6, text)


def prefix(text, length, flags, valid, preferred):
    return option(3, struct.pack("!BBIII", length, flags, valid, preferred, 0) + address(text))


def domain(name):
    return b"".join(struct.pack("!B", len(label)) + label for label in name.split(b".")) + b"\0"


hop_limit = int(sys.argv[2]) if len(sys.argv) > 2 else 64
header = struct.pack("!BBHBBHII", 134, 0, 0, hop_limit, 0x40, 1800, 30000, 2000)
options = [
    prefix("2001:db8:1::", 64, 0xc0, 86400, 14400),
    prefix("2001:db8:2::", 48, 0x80, 0xffffffff, 0xffffffff),
    option(5, struct.pack("!HI", 0, 1400)),
    option(25, struct.pack("!HI", 0, 600) + address("2001:db8::53") + address("2001:db8::5353")),
    option(31, struct.pack("!HI", 0, 0xffffffff) + domain(b"example.org") + domain(b"lab.example.net")),
    option(37, b"https://example.org/portal"),
    option(38, struct.pack("!H", 600) + address("64:ff9b::")[:12]),
]

link = socket.if_nametoindex(sys.argv[1])
sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
for attempt in range(100):
    try:
        sender.sendto(header + b"".join(options), ("ff02::1", 0, 0, link))
        break
    except OSError as error:
        # Until the link has its address.
        if error.errno not in (errno.EADDRNOTAVAIL, errno.ENETUNREACH):
            raise
        time.sleep(0.1)
# It is read when this is done.
time.sleep(0.5)
