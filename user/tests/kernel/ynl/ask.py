# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# Usage: ask.py YNL SPEC, with requests on standard input
#
# Asks the kernel by a netlink spec with the library of the kernel's own client, which the folder YNL has: tools/net/ynl/pyynl of the kernel's source.
# A request is a line of JSON: ["do" or "dump", OPERATION, ATTRIBUTES, FLAGS]. Its answer is a line too: {"answer": ANSWER}, or
# {"error": NUMBER, "ext_ack": {...}}. One program asks all of a test, since it takes most of its time to start.

import json
import sys

sys.path.append(sys.argv[1])
from lib import NlError, YnlFamily  # noqa: E402


# Bytes and flags as cli.py prints them.
def plain(value):
    return bytes.hex(value) if isinstance(value, bytes) else sorted(value)


def ask(family, mode, operation, attributes, flags):
    try:
        if mode == "dump":
            return {"answer": family.dump(operation, attributes)}
        return {"answer": family.do(operation, attributes, flags)}
    except NlError as error:
        return {"error": error.error, "ext_ack": error.nl_msg.extack or {}}


family = YnlFamily(sys.argv[2], schema="", process_unknown=True)
for line in sys.stdin:
    print(json.dumps(ask(family, *json.loads(line)), default=plain), flush=True)
