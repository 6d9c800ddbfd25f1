// SPDX-License-Identifier: GPL-2.0

/*
 * Counts the instructions that it takes to check the attributes of a request,
 * and to read them then: with the layer's own policy (attributes/bench.rs), and
 * with the core's, by nlmsg_parse(). Part of the module that NL_BENCH=y makes,
 * and of no other; see scripts/bench-attributes.
 *
 * The parameter `attributes` reads as a line a request: what it carries, and the
 * counts, with tabs between them. They are counts where an instruction takes a
 * nanosecond (scripts/vm --icount), less what it takes to call a function.
 */

#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/sysfs.h>
#include <net/netlink.h>

#define ROUNDS 10000

/* What attributes/bench.rs declares, too. */
enum { TEXT = 1, DATA, MAX = DATA };

static const struct nla_policy nl_bench_policy[] = {
	[TEXT] = { .type = NLA_NUL_STRING, .len = 1024 },
	[DATA] = { .type = NLA_BINARY, .len = 65000 },
};

/* Returns 0, or how many bytes text and data have; something negative where they are wrong. */
typedef int nl_bench_step(const struct nlmsghdr *nlh);

nl_bench_step nl_bench_check, nl_bench_read;

static int nl_bench_nothing(const struct nlmsghdr *nlh)
{
	return 0;
}

static struct netlink_ext_ack nl_bench_extack;

static int nl_bench_check_c(const struct nlmsghdr *nlh)
{
	struct nlattr *tb[MAX + 1];

	return nlmsg_parse(nlh, 0, tb, MAX, nl_bench_policy, &nl_bench_extack);
}

static int nl_bench_read_c(const struct nlmsghdr *nlh)
{
	struct nlattr *tb[MAX + 1];
	int err, len = 0;

	err = nlmsg_parse(nlh, 0, tb, MAX, nl_bench_policy, &nl_bench_extack);
	if (err)
		return err;
	if (tb[TEXT])
		len += strlen(nla_data(tb[TEXT]));
	if (tb[DATA])
		len += nla_len(tb[DATA]);
	return len;
}

/* Nothing interrupts what is counted. */
static u64 nl_bench_time(nl_bench_step *step, const struct nlmsghdr *nlh)
{
	unsigned long flags;
	u64 start, end;
	int i;

	local_irq_save(flags);
	start = ktime_get_ns();
	for (i = 0; i < ROUNDS; i++)
		step(nlh);
	end = ktime_get_ns();
	local_irq_restore(flags);
	return end - start;
}

static u64 nl_bench_count(nl_bench_step *step, const struct nlmsghdr *nlh)
{
	u64 call = nl_bench_time(nl_bench_nothing, nlh);

	return DIV_ROUND_CLOSEST_ULL(nl_bench_time(step, nlh) - call, ROUNDS);
}

struct nl_bench_request {
	const char *name;
	const char *text;
	int data;
};

static const struct nl_bench_request nl_bench_requests[] = {
	{ "no attribute" },
	{ "one string", "Hello" },
	{ "string and data", "Hello", 64 },
};

static struct sk_buff *nl_bench_new(const struct nl_bench_request *request)
{
	static const u8 zeroes[64];
	struct sk_buff *skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct nlmsghdr *nlh;

	if (!skb)
		return NULL;
	nlh = nlmsg_put(skb, 0, 0, NLMSG_MIN_TYPE, 0, NLM_F_REQUEST);
	if (!nlh || (request->text && nla_put_string(skb, TEXT, request->text)) ||
	    (request->data && nla_put(skb, DATA, request->data, zeroes))) {
		nlmsg_free(skb);
		return NULL;
	}
	nlmsg_end(skb, nlh);
	return skb;
}

/* Says whether all of them find the request right, and the same in it. */
static bool nl_bench_agree(const struct nlmsghdr *nlh)
{
	return !nl_bench_check(nlh) && !nl_bench_check_c(nlh) &&
	       nl_bench_read(nlh) == nl_bench_read_c(nlh);
}

static int nl_bench_line(char *buffer, int at,
			 const struct nl_bench_request *request)
{
	struct sk_buff *skb = nl_bench_new(request);
	const struct nlmsghdr *nlh;
	int len = -EINVAL;

	if (!skb)
		return -ENOMEM;
	nlh = nlmsg_hdr(skb);
	if (nl_bench_agree(nlh))
		len = sysfs_emit_at(buffer, at, "%s\t%llu\t%llu\t%llu\t%llu\n",
				    request->name,
				    nl_bench_count(nl_bench_check, nlh),
				    nl_bench_count(nl_bench_check_c, nlh),
				    nl_bench_count(nl_bench_read, nlh),
				    nl_bench_count(nl_bench_read_c, nlh));
	nlmsg_free(skb);
	return len;
}

static int nl_bench_get(char *buffer, const struct kernel_param *kp)
{
	int i, line, len = 0;

	for (i = 0; i < ARRAY_SIZE(nl_bench_requests); i++) {
		line = nl_bench_line(buffer, len, &nl_bench_requests[i]);
		if (line < 0)
			return line;
		len += line;
	}
	return len;
}

static const struct kernel_param_ops nl_bench_ops = { .get = nl_bench_get };

module_param_cb(attributes, &nl_bench_ops, NULL, 0444);
