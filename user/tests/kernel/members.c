// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * Usage: members PROTOCOL GROUPS
 *
 * Joins the multicast groups of the bit mask GROUPS with one bind(2), and says
 * how that ended.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int fd;

	if (argc != 3)
		return 2;
	fd = socket(AF_NETLINK, SOCK_RAW, atoi(argv[1]));
	if (fd < 0)
		return 1;
	addr.nl_groups = strtoul(argv[2], NULL, 0);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		printf("%s\n", strerror(errno));
	else
		printf("done\n");
	return 0;
}
