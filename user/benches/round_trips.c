// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * The cost of a round trip, in nanoseconds of CLOCK_MONOTONIC: under
 * `scripts/vm --icount` one is one instruction of the whole machine, the same
 * from run to run. The client is as bare as can be, so that what differs between
 * the lines is the kernel's side.
 */

#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NETLINK_USER 31
#define HELLO_CMD_HELLO 16
#define HELLO_A_TEXT 1
#define ROUNDS 1000
#define RUNS 10

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The median over ROUNDS of sending REQUEST and receiving ANSWERS messages. */
static uint64_t round_trip(int fd, const struct nlmsghdr *request, int answers)
{
	static uint64_t times[ROUNDS];
	static char buf[1 << 17];

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = now();

		if (send(fd, request, NLMSG_ALIGN(request->nlmsg_len), 0) < 0)
			fail("send");
		for (int j = 0; j < answers; j++)
			if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0)
				fail("recv");
		times[i] = now() - start;
	}
	qsort(times, ROUNDS, sizeof(*times), compare);
	return times[ROUNDS / 2];
}

/* A request, how many messages answer it, and the cheapest round trip so far. */
struct exchange {
	const char *name;
	uint16_t type;
	uint16_t flags;
	uint16_t attr;
	size_t payload;
	int answers;
	uint64_t cost;
};

static struct exchange exchanges[] = {
	{ "NLMSG_NOOP + ACK", NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0, 1, UINT64_MAX },
	{ "classic hello, 6 bytes", 0, 0, 0, 6, 1, UINT64_MAX },
	{ "classic hello, 1024 bytes", 0, 0, 0, 1024, 1, UINT64_MAX },
	{ "typed hello, no attribute", HELLO_CMD_HELLO, NLM_F_REQUEST, 0, 0, 1, UINT64_MAX },
	{ "typed hello, one string", HELLO_CMD_HELLO, NLM_F_REQUEST, HELLO_A_TEXT, 6, 1, UINT64_MAX },
	{ "typed hello, one string and ACK", HELLO_CMD_HELLO, NLM_F_REQUEST | NLM_F_ACK, HELLO_A_TEXT, 6, 2, UINT64_MAX },
};

#define EXCHANGES (sizeof(exchanges) / sizeof(*exchanges))

static int open_socket(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);

	if (fd < 0)
		fail("socket");
	if (connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		fail("connect");
	return fd;
}

static void measure(struct exchange *e)
{
	static union {
		struct nlmsghdr nlh;
		char bytes[2048];
	} request;
	char *payload = request.bytes + NLMSG_HDRLEN;
	int fd = open_socket();
	uint64_t cost;

	memset(&request, 0, sizeof(request));
	request.nlh.nlmsg_type = e->type;
	request.nlh.nlmsg_flags = e->flags;
	request.nlh.nlmsg_len = NLMSG_HDRLEN + e->payload;
	if (e->attr) {
		struct nlattr *attr = (struct nlattr *)payload;

		attr->nla_type = e->attr;
		attr->nla_len = NLA_HDRLEN + e->payload;
		request.nlh.nlmsg_len = NLMSG_HDRLEN + NLA_ALIGN(attr->nla_len);
		payload += NLA_HDRLEN;
	}
	if (e->payload)
		strcpy(payload, "Hello");

	cost = round_trip(fd, &request.nlh, e->answers);
	if (cost < e->cost)
		e->cost = cost;
	close(fd);
}

int main(void)
{
	/* What the slabs look like costs or saves some hundred instructions. */
	for (int run = 0; run < RUNS; run++)
		for (size_t i = 0; i < EXCHANGES; i++)
			measure(&exchanges[i]);

	printf("%-34s %6s  %s\n", "round trip", "cost", "to the first");
	for (size_t i = 0; i < EXCHANGES; i++)
		printf("%-34s %6llu  %.3f\n", exchanges[i].name,
		       (unsigned long long)exchanges[i].cost,
		       (double)exchanges[i].cost / exchanges[0].cost);
	return 0;
}
