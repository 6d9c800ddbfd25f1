// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Tries what only the privileged may do with a socket of the protocol, and prints
 * what came of it. The argument is the port id of somebody else's socket.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NETLINK_USER 31
#define EVENTS 1

static void report(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

static int send_to(int fd, unsigned int portid, unsigned int groups)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_pid = portid,
		.nl_groups = groups,
	};
	struct nlmsghdr nlh = { .nlmsg_len = sizeof(nlh) };

	return sendto(fd, &nlh, sizeof(nlh), 0, (struct sockaddr *)&addr, sizeof(addr));
}

int main(int argc, char **argv)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);
	int group = EVENTS;

	if (fd < 0 || argc != 2)
		return 1;
	report("send to another port", send_to(fd, strtoul(argv[1], NULL, 10), 0));
	report("send to a group", send_to(fd, 0, 1 << (EVENTS - 1)));
	report("join a group",
	     setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)));
	return 0;
}
