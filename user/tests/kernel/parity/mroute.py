# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Usage: mroute.py FROM TO [hold]: routes groups from one link to another, of IPv4 and of IPv6, and leaves one unresolved. C headers:
# include/uapi/linux/mroute.h and mroute6.h. `parity-far` is the namespace that sends. With `hold` nothing is sent: the routes stay until standard
# input ends, and a line is printed once they are there.

import socket
import struct
import subprocess
import sys
import time

# MRT_* and MRT6_* are the same.
INIT, ADD_VIF, ADD_MFC, DEL_MFC = 200, 202, 204, 205
USE_IFINDEX = 8

links = [socket.if_nametoindex(name) for name in sys.argv[1:3]]


def send(family, source, group):
    """Sends a packet to a group that has no route."""
    program = """
import socket, sys
family, source, group = int(sys.argv[1]), sys.argv[2], sys.argv[3]
sender = socket.socket(family, socket.SOCK_DGRAM)
sender.bind((source, 0))
if family == socket.AF_INET:
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 9)
else:
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("vb"))
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 9)
sender.sendto(b"hello", (group, 9))
"""
    arguments = [sys.executable, "-c", program, str(int(family)), source, group]
    subprocess.run(["ip", "netns", "exec", "parity-far", *arguments], check=True)
    time.sleep(0.3)


def vif(number, index):
    return struct.pack("=HBBIi4x", number, USE_IFINDEX, 1, 0, index)


def mfc(source, group):
    """To the second link, which takes a time to live of 3 and more."""
    ttls = bytes([255, 3]) + bytes([255] * 30)
    return socket.inet_aton(source) + socket.inet_aton(group) + struct.pack("=H32s2xIIIi", 0, ttls, 0, 0, 0, 0)


def mif(number, index):
    return struct.pack("=HBBH2xI", number, 0, 1, index & 0xffff, 0)


def mfc6(source, group):
    """To the second link."""
    def address(text):
        return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)
    return address(source) + address(group) + struct.pack("=H2x8I", 0, 2, 0, 0, 0, 0, 0, 0, 0)


def router(family, protocol, level, make_vif, route):
    """Returns the socket that has this route of a group: it goes with the socket."""
    one = socket.socket(family, socket.SOCK_RAW, protocol)
    one.setsockopt(level, INIT, 1)
    for number, index in enumerate(links):
        one.setsockopt(level, ADD_VIF, make_vif(number, index))
    one.setsockopt(level, ADD_MFC, route)
    return one


def router4():
    return router(socket.AF_INET, socket.IPPROTO_IGMP, socket.IPPROTO_IP, vif, mfc("10.9.0.2", "239.1.2.3"))


def router6():
    return router(socket.AF_INET6, socket.IPPROTO_ICMPV6, socket.IPPROTO_IPV6, mif, mfc6("2001:db8:9::2", "ff0e::7"))


four = router4()
if sys.argv[3:] == ["hold"]:
    six = router6()
    print("added", flush=True)
    sys.stdin.read()
    sys.exit()
send(socket.AF_INET, "10.9.0.2", "239.1.2.4")
four.setsockopt(socket.IPPROTO_IP, DEL_MFC, mfc("10.9.0.2", "239.1.2.3"))
six = router6()
send(socket.AF_INET6, "2001:db8:9::2", "ff0e::8")
six.setsockopt(socket.IPPROTO_IPV6, DEL_MFC, mfc6("2001:db8:9::2", "ff0e::7"))
