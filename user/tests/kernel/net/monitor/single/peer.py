# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# What other hosts do: peer.py ra LINK [KEY=VALUE...], a router's advertisement; frame LINK MAC, a frame from MAC; send ADDRESS, a datagram to ADDRESS.

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


def advertisement(words):
    def number(key, default=0):
        return int(words.get(key, str(default)), 0)

    pref = number("pref") << 3
    times = (number("lifetime"), number("reachable"), number("retrans"))
    message = struct.pack("!BBHBBHII", 134, 0, 0, number("hoplimit"), number("flags") | pref, *times)
    valid = number("valid", 7200)
    if "mtu" in words:
        message += option(5, struct.pack("!HI", 0, number("mtu")))
    if "prefix" in words:
        lives = (valid, number("preferred", 3600))
        message += option(3, struct.pack("!BBIII", 64, 0xC0, *lives, 0) + address(words["prefix"]))
    if "route" in words:
        message += option(24, struct.pack("!BBI", 64, pref, valid) + address(words["route"])[:8])
    return message


def advertise(link, *words):
    sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    message = advertisement(dict(word.split("=", 1) for word in words))
    for _ in range(100):
        try:
            return sender.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(link)))
        except OSError as error:
            # Until the link has its address.
            if error.errno not in (errno.EADDRNOTAVAIL, errno.ENETUNREACH):
                raise
            time.sleep(0.1)
    sys.exit("no address to advertise from")


def frame(link, mac):
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((link, 0))
    # To everybody, of a type for experiments.
    sender.send(b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) + b"\x88\xb5" + bytes(46))


def send(where):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", (where, 9))


{"ra": advertise, "frame": frame, "send": send}[sys.argv[1]](*sys.argv[2:])
