# SPDX-License-Identifier: Apache-2.0 OR MIT
#
# A target beside those of the kernel's own Makefile, for make's variable MAKEFILES: the Rust crates that modules name, without the rest of
# modules_prepare. $(build) and the rest is the kernel's, so the last of its calls of itself has to run this.

ifeq ($(sub_make_done),1)
.PHONY: rust-metadata
rust-metadata:
	$(Q)$(MAKE) $(build)=scripts scripts/target.json
	$(Q)$(MAKE) $(build)=rust rust/kernel.o rust/build_error.o
endif
