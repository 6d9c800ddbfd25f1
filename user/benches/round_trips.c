// SPDX-License-Identifier: Apache-2.0 OR MIT

/*
 * The cost of a round trip, in nanoseconds of CLOCK_MONOTONIC: under
 * `scripts/vm --icount` one is one instruction of the whole machine, the same
 * from run to run. The client is as bare as can be, so that what differs between
 * the modules that answer it is the kernel's side.
 *
 * Prints a line an exchange: its name, a tab, the cost. Left out are those over
 * a transport that the module does not serve.
 */

#include <err.h>
#include <linux/genetlink.h>
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

/* How to speak to the family: over its own protocol, or over generic netlink. */
struct transport {
	int protocol;
	int group;
	uint16_t genl_id; /* 0 over its own protocol */
};

static struct transport raw = { .protocol = NETLINK_USER, .group = HELLO_GROUP_EVENTS };
/* The numbers are those that the kernel has given the family. */
static struct transport genl = { .protocol = NETLINK_GENERIC };

/* A request, what answers it and when, and the cheapest round trip so far. */
struct exchange {
	const char *name;
	const struct transport *transport;
	uint16_t type;
	uint16_t flags;
	uint16_t attr;
	uint16_t payload;
	uint16_t answers[MAX_ANSWERS];
	int is_heard;
	int after_greeting_is_set;
	uint64_t cost;
};

#define HELLO .transport = &raw, .type = HELLO_CMD_HELLO, .flags = NLM_F_REQUEST, .answers = { HELLO_CMD_HELLO }
#define HELLO_WITH_TEXT HELLO, .attr = HELLO_A_TEXT, .payload = 6
#define HELLO_WITH_ACK .type = HELLO_CMD_HELLO, .flags = NLM_F_REQUEST | NLM_F_ACK, .attr = HELLO_A_TEXT, .payload = 6, .answers = { HELLO_CMD_HELLO, NLMSG_ERROR }
#define GENL_HELLO .transport = &genl, .type = HELLO_CMD_HELLO, .flags = NLM_F_REQUEST, .answers = { HELLO_CMD_HELLO }
#define GENL_HELLO_WITH_TEXT GENL_HELLO, .attr = HELLO_A_TEXT, .payload = 6

static struct exchange exchanges[] = {
	{ "NLMSG_NOOP + ACK", .transport = &raw, .type = NLMSG_NOOP, .flags = NLM_F_REQUEST | NLM_F_ACK, .answers = { NLMSG_ERROR } },
	{ "classic hello, 6 bytes", .transport = &raw, .payload = 6, .answers = { NLMSG_DONE } },
	{ "classic hello, 1024 bytes", .transport = &raw, .payload = 1024, .answers = { NLMSG_DONE } },
	{ "typed hello, no attribute", HELLO },
	{ "typed hello, one string", HELLO_WITH_TEXT },
	{ "typed hello, one string and ACK", .transport = &raw, HELLO_WITH_ACK },
	{ "typed hello, somebody listens", HELLO_WITH_TEXT, .is_heard = 1 },
	{ "typed hello, greeting set", HELLO_WITH_TEXT, .after_greeting_is_set = 1 },
	{ "genl hello, no attribute", GENL_HELLO },
	{ "genl hello, one string", GENL_HELLO_WITH_TEXT },
	{ "genl hello, one string and ACK", .transport = &genl, HELLO_WITH_ACK },
	{ "genl hello, somebody listens", GENL_HELLO_WITH_TEXT, .is_heard = 1 },
	{ "genl hello, greeting set", GENL_HELLO_WITH_TEXT, .after_greeting_is_set = 1 },
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
static int open_socket(const struct transport *transport, uint32_t portid)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_pid = portid };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, transport->protocol);

	if (fd < 0)
		err(1, "socket");
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		err(1, "bind");
	if (connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		err(1, "connect");
	return fd;
}

static int open_listener(const struct transport *transport)
{
	int fd = open_socket(transport, 0);

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &transport->group, sizeof(transport->group)) < 0)
		err(1, "NETLINK_ADD_MEMBERSHIP");
	return fd;
}

/* Appends @len bytes to @message, and the padding. */
static void put(union message *message, const void *bytes, size_t len)
{
	memcpy(message->bytes + NLMSG_ALIGN(message->nlh.nlmsg_len), bytes, len);
	message->nlh.nlmsg_len = NLMSG_ALIGN(message->nlh.nlmsg_len) + len;
}

/* Begins a request of this type, or in generic netlink of this command. */
static void begin_request(union message *request, const struct transport *transport, int type, int flags)
{
	const struct genlmsghdr header = { .cmd = type, .version = 1 };

	memset(request, 0, sizeof(*request));
	request->nlh.nlmsg_type = transport->genl_id ?: type;
	request->nlh.nlmsg_flags = flags;
	request->nlh.nlmsg_len = NLMSG_HDRLEN;
	if (transport->genl_id)
		put(request, &header, sizeof(header));
}

/* Appends an attribute with these @len bytes. */
static void put_attr(union message *request, int type, const void *bytes, size_t len)
{
	const struct nlattr nla = { .nla_type = type, .nla_len = NLA_HDRLEN + len };

	put(request, &nla, sizeof(nla));
	put(request, bytes, len);
	request->nlh.nlmsg_len = NLMSG_ALIGN(request->nlh.nlmsg_len);
}

static void make_request(union message *request, const struct exchange *e)
{
	static const char text[1024] = "Hello";

	begin_request(request, e->transport, e->type, e->flags);
	if (e->attr)
		put_attr(request, e->attr, text, e->payload);
	else
		put(request, text, e->payload);
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
static void check(const union message *answer, const struct transport *transport, int type)
{
	const struct nlmsgerr *error = NLMSG_DATA(&answer->nlh);
	const struct genlmsghdr *header = NLMSG_DATA(&answer->nlh);
	int is_of_family = transport->genl_id && answer->nlh.nlmsg_type == transport->genl_id;
	int found = is_of_family ? header->cmd : answer->nlh.nlmsg_type;

	if (found != type)
		errx(1, "answer of type %d, not %d", found, type);
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
		check(&answers[i], e->transport, e->answers[i]);
	if (e->is_heard) {
		receive(listener, &event);
		check(&event, e->transport, HELLO_CMD_HELLO_NTF);
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
	int fd = open_socket(e->transport, portid), listener = e->is_heard ? open_listener(e->transport) : -1;

	make_request(&request, e);
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
static void set_greeting(const struct transport *transport)
{
	static const char text[] = "The kernel speaks";
	union message request, answer;
	int fd = open_socket(transport, 0);

	_Static_assert(sizeof(text) == sizeof(NLHELLO_GREETING), "the greetings differ in length");
	begin_request(&request, transport, HELLO_CMD_SET_GREETING, NLM_F_REQUEST | NLM_F_ACK);
	put_attr(&request, HELLO_A_GREETING, text, sizeof(text));
	send_request(fd, &request.nlh);
	receive(fd, &answer);
	check(&answer, transport, NLMSG_ERROR);
	close(fd);
}

static int is_served(const struct transport *transport)
{
	int fd;

	if (transport == &genl)
		return genl.genl_id != 0;
	fd = socket(AF_NETLINK, SOCK_RAW, transport->protocol);
	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

/* Returns the attribute of @type among @len bytes of them at @attrs; NULL where there is none. */
static const struct nlattr *find_attr(const void *attrs, size_t len, int type)
{
	const char *end = (const char *)attrs + len;

	for (const char *at = attrs; at + NLA_HDRLEN <= end;) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < NLA_HDRLEN)
			break;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		at += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

/* As the former, of the attributes in @nest. */
static const struct nlattr *find_nested(const struct nlattr *nest, int type)
{
	return nest ? find_attr(nest + 1, nest->nla_len - NLA_HDRLEN, type) : NULL;
}

/* Asks for the numbers of the family, unless there is none. It has one group, the first. */
static void find_family(void)
{
	static const struct transport controller = { .protocol = NETLINK_GENERIC, .genl_id = GENL_ID_CTRL };
	static union message request, answer;
	const struct nlattr *id, *group;
	const char *attrs = answer.bytes + NLMSG_HDRLEN + GENL_HDRLEN;
	int fd = open_socket(&controller, 0);

	begin_request(&request, &controller, CTRL_CMD_GETFAMILY, NLM_F_REQUEST);
	put_attr(&request, CTRL_ATTR_FAMILY_NAME, "nlhello", sizeof("nlhello"));
	send_request(fd, &request.nlh);
	receive(fd, &answer);
	close(fd);
	if (answer.nlh.nlmsg_type == NLMSG_ERROR)
		return;
	id = find_attr(attrs, answer.nlh.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	group = find_attr(attrs, answer.nlh.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, CTRL_ATTR_MCAST_GROUPS);
	group = find_nested(find_nested(group, 1), CTRL_ATTR_MCAST_GRP_ID);
	if (!id || !group)
		errx(1, "a family without a number or a group");
	genl.genl_id = *(const uint16_t *)(id + 1);
	genl.group = *(const uint32_t *)(group + 1);
}

static void measure_all(int after_greeting_is_set)
{
	for (int run = 0; run < RUNS; run++)
		for (size_t i = 0; i < EXCHANGES; i++)
			if (exchanges[i].after_greeting_is_set == after_greeting_is_set && is_served(exchanges[i].transport))
				measure(&exchanges[i], FIRST_PORTID + run);
}

int main(void)
{
	find_family();
	measure_all(0);
	set_greeting(is_served(&raw) ? &raw : &genl);
	measure_all(1);
	for (size_t i = 0; i < EXCHANGES; i++)
		if (exchanges[i].cost)
			printf("%s\t%llu\n", exchanges[i].name, (unsigned long long)exchanges[i].cost);
	return 0;
}
