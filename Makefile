# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# make help lists the targets.

# The build folder of the kernel that hello.ko is for.
KDIR ?= /lib/modules/$(shell uname -r)/build

# The test kernel: stock, lts, newest, a series such as 6.12, any but stock with -debug and -built-in; see scripts/kernel. Where KERNEL is not given, each
# script has its default: scripts/demo takes stock where it is to be had, all others lts.

CARGO ?= cargo

export CARGO KERNEL FILTER

.PHONY: all
all: hello.ko nlhello ## hello.ko for the kernel of KDIR, and target/release/nlhello

# MO=FOLDER puts what is built for hello.ko there, where this folder cannot be written to; it takes Linux 6.13 or later.
# Kbuild knows what is out of date, and so does cargo: both are always asked.
.PHONY: hello.ko
hello.ko: ## the module alone
	@flags=$$(scripts/kdir '$(KDIR)' '$(MO)') && $(MAKE) -C '$(KDIR)' M="$$(pwd -P)" $$flags modules

.PHONY: nlhello
nlhello: ## the client alone
	@scripts/client

.PHONY: rust-analyzer
rust-analyzer: ## rust-project.json, for editors that read the module
	@flags=$$(scripts/kdir '$(KDIR)') && $(MAKE) -C '$(KDIR)' M="$$(pwd -P)" $$flags \
		$$(sed -n 's/^KSRC=/VPATH=/p; s/^BINDGEN=/BINDGEN=/p' '$(KDIR)/nlhello.env' 2>/dev/null) rust-analyzer

# NO_INSTALL=1 lists what these two would install, and stops there.
.PHONY: demo
demo: ## boots Debian's own kernel (or KERNEL), loads the module, says hello: all that it takes is installed first
	@scripts/demo

# FILTER=WORDS, with these four: only the tests whose names contain it.
.PHONY: quick
quick: ## in a minute, all that needs neither the module nor a test kernel
	@scripts/quick $${FILTER:+"$$FILTER"}

.PHONY: test
test: ## every test, those of the module inside the test kernel KERNEL
	@scripts/test $${FILTER:+"$$FILTER"}

.PHONY: test-kernel
test-kernel: ## what .ci/run tests inside the test kernel KERNEL, lts, newest or stock
	@scripts/test --guest $${FILTER:+"$$FILTER"}

.PHONY: test-built-in
test-built-in: ## the family as a part of the kernel's image (obj-y), of KERNEL, lts or newest
	@KERNEL="$${KERNEL:-lts}-built-in" scripts/test $${FILTER:+"$$FILTER"}

.PHONY: storms
storms: ## what nlhello monitor tells of long storms and a million events, on this machine's own kernel, as root; with KERNEL=NAME, of thousands of single changes, in that kernel
	@scripts/storms

.PHONY: bench
bench: ## instructions of a round trip beside a module in C, in the test kernel
	@scripts/bench

.PHONY: bench-attributes
bench-attributes: ## instructions that it takes to check the attributes of a request, beside nlmsg_parse(), in the test kernel
	@scripts/bench-attributes

.PHONY: bench-check
bench-check: ## fails where a round trip has come to take more instructions than user/benches/baseline says, on lts and the newest kernel
	@scripts/bench-check

# REASON='...': why that is right; it goes into the file.
.PHONY: bench-baseline
bench-baseline: ## user/benches/baseline, from what is counted now
	@scripts/bench-check --accept "$$REASON"

.PHONY: bench-start
bench-start: ## how soon nlhello and ip show a link, on this machine's own kernel
	@scripts/bench-start

.PHONY: bench-call
bench-call: ## 100,000 routes and one link asked for by nlhello call and by the kernel's Python client, on this machine's own kernel, as root
	@scripts/bench-call

.PHONY: bench-tables
bench-tables: ## a million routes shown by nlhello and by ip, on this machine's own kernel, as root
	@scripts/bench-tables

.PHONY: bench-events
bench-events: ## 300,000 events drained by nlhello monitor and by ip monitor, on this machine's own kernel, as root
	@scripts/bench-events

.PHONY: bench-sniff
bench-sniff: ## a batch of ip followed by nlhello sniff and by strace, on this machine's own kernel, as root
	@scripts/bench-sniff

.PHONY: bench-decoded
bench-decoded: ## attributes that nlhello sniff and strace decode of the same commands, on this machine's own kernel, as root
	@scripts/bench-decoded

.PHONY: bench-live
bench-live: ## all of netlink captured by nlhello sniff and by tcpdump, in the test kernel
	@scripts/bench-live

.PHONY: check
check: ## format, lints and generated files; with KERNEL=debug the KUnit suites too
	@scripts/check

.PHONY: doc
doc: ## the HTML of the module, its netlink layer first of all; says where it is
	@scripts/doc

.PHONY: spec
spec: ## all that is made of kmod/uapi/hello.yaml: the C header, numbers and messages in Rust, docs/nlhello*.yaml, the tables of docs/protocol.md
	@'$(CARGO)' run --quiet --package nlhello-spec --bin spec -- . kmod/uapi/hello.yaml
	@'$(CARGO)' run --quiet --package nlhello-spec --bin spec -- scripts/spec/tests/family/demo kmod/uapi/demo.yaml

.PHONY: names
names: ## user/src/names, from the source of the newest test kernel
	@scripts/names

.PHONY: clean
clean: ## removes what was built here; the cached test kernels stay
	@'$(CARGO)' clean 2>/dev/null || rm -rf target
	@rm -f rust-project.json
	@find . \( -name target -o -name .git \) -prune -o -type f \( -name '*.ko' -o -name '*.o' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' -o -name modules.order -o -name Module.symvers \) -exec rm {} +

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z.-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 16
