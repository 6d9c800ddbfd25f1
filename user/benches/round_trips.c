// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * The cost of a round trip, in nanoseconds of CLOCK_MONOTONIC: under
 * `scripts/vm --icount` one is one instruction of the whole machine, the same
 * from run to run. The client is as bare as can be, so that what differs between
 * the modules that answer it is the kernel's side.
 *
 * Prints a line an exchange: its name, a tab, the cost.
 */

#include <err.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../uapi/nlhello.h"

#define ROUNDS 100
#define RUNS 10
/* Small ones: those are what the module in C finds soonest. */
#define FIRST_PORTID 10
#define MAX_ANSWERS 2

union message {
	struct nlmsghdr nlh;
	char bytes[2048];
};

/* A request, what answers it and when, and the cheapest round trip so far. */
struct exchange {
	const char *name;
	uint16_t type;
	uint16_t flags;
	uint16_t attr;
	uint16_t payload;
	uint16_t answers[MAX_ANSWERS];
	int is_heard;
	int after_greeting_is_set;
	uint64_t cost;
};

#define HELLO .type = HELLO_CMD_HELLO, .flags = NLM_F_REQUEST, .answers = { HELLO_CMD_HELLO }
#define HELLO_WITH_TEXT HELLO, .attr = HELLO_A_TEXT, .payload = 6

static struct exchange exchanges[] = {
	{ "NLMSG_NOOP + ACK", .type = NLMSG_NOOP, .flags = NLM_F_REQUEST | NLM_F_ACK, .answers = { NLMSG_ERROR } },
	{ "classic hello, 6 bytes", .payload = 6, .answers = { NLMSG_DONE } },
	{ "classic hello, 1024 bytes", .payload = 1024, .answers = { NLMSG_DONE } },
	{ "typed hello, no attribute", HELLO },
	{ "typed hello, one string", HELLO_WITH_TEXT },
	{ "typed hello, one string and ACK", .type = HELLO_CMD_HELLO, .flags = NLM_F_REQUEST | NLM_F_ACK, .attr = HELLO_A_TEXT, .payload = 6,
	  .answers = { HELLO_CMD_HELLO, NLMSG_ERROR } },
	{ "typed hello, somebody listens", HELLO_WITH_TEXT, .is_heard = 1 },
	{ "typed hello, greeting set", HELLO_WITH_TEXT, .after_greeting_is_set = 1 },
};

#define EXCHANGES (sizeof(exchanges) / sizeof(*exchanges))

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

/* With @portid, or one that the kernel chooses for 0. */
static int open_socket(uint32_t portid)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_pid = portid };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USER);

	if (fd < 0)
		err(1, "socket");
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		err(1, "bind");
	if (connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		err(1, "connect");
	return fd;
}

static int open_listener(void)
{
	int fd = open_socket(0), group = HELLO_GROUP_EVENTS;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		err(1, "NETLINK_ADD_MEMBERSHIP");
	return fd;
}

static void make_request(union message *request, int type, int flags, int attr, const char *text, size_t len)
{
	char *payload = request->bytes + NLMSG_HDRLEN;

	memset(request, 0, sizeof(*request));
	request->nlh.nlmsg_type = type;
	request->nlh.nlmsg_flags = flags;
	request->nlh.nlmsg_len = NLMSG_HDRLEN + len;
	if (attr) {
		struct nlattr *nla = (struct nlattr *)payload;

		nla->nla_type = attr;
		nla->nla_len = NLA_HDRLEN + len;
		request->nlh.nlmsg_len = NLMSG_HDRLEN + NLA_ALIGN(nla->nla_len);
		payload += NLA_HDRLEN;
	}
	if (len)
		strcpy(payload, text);
}

static void send_request(int fd, const struct nlmsghdr *request)
{
	if (send(fd, request, NLMSG_ALIGN(request->nlmsg_len), 0) < 0)
		err(1, "send");
}

static void receive(int fd, union message *answer)
{
	if (recv(fd, answer, sizeof(*answer), MSG_DONTWAIT) < (ssize_t)NLMSG_HDRLEN)
		err(1, "recv");
}

/* Ends the program where another message was received than the one that is due: it would cost something else. */
static void check(const union message *answer, int type)
{
	const struct nlmsgerr *error = NLMSG_DATA(&answer->nlh);

	if (answer->nlh.nlmsg_type != type)
		errx(1, "answer of type %d, not %d", answer->nlh.nlmsg_type, type);
	if (type == NLMSG_ERROR && error->error)
		errx(1, "refused: %s", strerror(-error->error));
}

static int count_answers(const struct exchange *e)
{
	int count = 0;

	while (count < MAX_ANSWERS && e->answers[count])
		count++;
	return count;
}

/* One round trip. Whoever listens reads outside of what is measured, and so always has room. */
static uint64_t round_trip(const struct exchange *e, int fd, int listener, const union message *request)
{
	static union message answers[MAX_ANSWERS], event;
	int count = count_answers(e);
	uint64_t start = now(), cost;

	send_request(fd, &request->nlh);
	for (int i = 0; i < count; i++)
		receive(fd, &answers[i]);
	cost = now() - start;

	for (int i = 0; i < count; i++)
		check(&answers[i], e->answers[i]);
	if (e->is_heard) {
		receive(listener, &event);
		check(&event, HELLO_CMD_HELLO_NTF);
	}
	return cost;
}

/*
 * The median of ROUNDS round trips, if it is the lowest so far: what the slabs look like costs or saves some hundred instructions, and a port id
 * that shares its bucket of the core's hash table with another costs six more.
 */
static void measure(struct exchange *e, uint32_t portid)
{
	static uint64_t costs[ROUNDS];
	static union message request;
	int fd = open_socket(portid), listener = e->is_heard ? open_listener() : -1;

	make_request(&request, e->type, e->flags, e->attr, "Hello", e->payload);
	for (int i = 0; i < ROUNDS; i++)
		costs[i] = round_trip(e, fd, listener, &request);
	qsort(costs, ROUNDS, sizeof(*costs), compare);
	if (!e->cost || costs[ROUNDS / 2] < e->cost)
		e->cost = costs[ROUNDS / 2];
	close(fd);
	if (e->is_heard)
		close(listener);
}

/* As long as the one that stands until then, so that the answers are. */
static void set_greeting(void)
{
	static const char text[] = "The kernel speaks";
	union message request, answer;
	int fd = open_socket(0);

	_Static_assert(sizeof(text) == sizeof(NLHELLO_GREETING), "the greetings differ in length");
	make_request(&request, HELLO_CMD_SET_GREETING, NLM_F_REQUEST | NLM_F_ACK, HELLO_A_GREETING, text, sizeof(text));
	send_request(fd, &request.nlh);
	receive(fd, &answer);
	check(&answer, NLMSG_ERROR);
	close(fd);
}

static void measure_all(int after_greeting_is_set)
{
	for (int run = 0; run < RUNS; run++)
		for (size_t i = 0; i < EXCHANGES; i++)
			if (exchanges[i].after_greeting_is_set == after_greeting_is_set)
				measure(&exchanges[i], FIRST_PORTID + run);
}

int main(void)
{
	measure_all(0);
	set_greeting();
	measure_all(1);
	for (size_t i = 0; i < EXCHANGES; i++)
		printf("%s\t%llu\n", exchanges[i].name, (unsigned long long)exchanges[i].cost);
	return 0;
}
