// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Opens as many sockets of the protocol as its argument says and starts a dump of
 * the peers on each. Says so, and then sits there without reading one.
 */

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETLINK_USER 31
#define HELLO_CMD_GET_PEER 17

static int start_dump(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr nlh = {
		.nlmsg_len = sizeof(nlh),
		.nlmsg_type = HELLO_CMD_GET_PEER,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);

	if (fd < 0)
		return -1;
	return sendto(fd, &nlh, sizeof(nlh), 0, (struct sockaddr *)&kernel, sizeof(kernel));
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;

	while (count-- > 0) {
		if (start_dump() < 0) {
			perror("start a dump");
			return 1;
		}
	}
	puts("started");
	fflush(stdout);
	pause();
	return 0;
}
