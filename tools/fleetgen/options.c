#include "tools/fleetgen/options.h"

#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fleetgen/words.h"

enum {
  OPTION_SPACES = 256,
  OPTION_SEED,
  OPTION_BYTES,
  OPTION_SHAPE,
  OPTION_FORMAT,
  OPTION_COMPRESS,
  OPTION_SHARDS,
  OPTION_FAULTS,
  OPTION_NO_INCIDENT,
  OPTION_OUT,
  OPTION_FORCE,
  OPTION_SEND, /* and those behind it: enum sift_gen_send_option */
  SPACES_MAX = 100 * 1000 * 1000,
  SHARDS_MAX = 9999,
};

/* What was typed, before it is known to fit together. */
struct typed {
  struct sift_gen_options *options;
  bool shape_given, mixed, format_given, compression_given;
  uint32_t send_given; /* bit i: send option i */
  char *error;
  size_t error_size;
};

static enum sift_status wrong(struct typed *typed, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum sift_status wrong(struct typed *typed, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(typed->error, typed->error_size, format, arguments);
  va_end(arguments);
  return SIFT_EINVAL;
}

static enum sift_status count_take(struct typed *typed, const char *name, const char *text, uint64_t low, uint64_t high,
                                   uint64_t *out) {
  if (!sift_gen_size_parse(text, out) || *out < low || *out > high) {
    return wrong(typed, "--%s wants a number from %llu to %llu, not \"%.40s\"", name, (unsigned long long)low,
                 (unsigned long long)high, text);
  }
  return SIFT_OK;
}

static enum sift_status choice_take(struct typed *typed, const char *name, const char *names, const char *text, int *out) {
  *out = sift_gen_choice(names, text);
  return *out >= 0 ? SIFT_OK : wrong(typed, "--%s is one of: %s; not \"%.40s\"", name, names, text);
}

static enum sift_status faults_take(struct typed *typed, const char *text) {
  char *end;
  double share = strtod(text, &end);
  if (end == text || *end != '\0' || !isfinite(share) || share < 0 || share > 1) {
    return wrong(typed, "--faults wants a share from 0 to 1, as in --faults 0.35, not \"%.40s\"", text);
  }
  typed->options->fleet.faults = share;
  return SIFT_OK;
}

static enum sift_status option_take(struct typed *typed, int option, const char *text) {
  struct sift_gen_options *options = typed->options;
  enum sift_status status = SIFT_OK;
  uint64_t number = 0;
  int at = 0;
  if (option >= OPTION_SEND) {
    typed->send_given |= UINT32_C(1) << (option - OPTION_SEND);
    return sift_gen_send_option_take(&options->send, (enum sift_gen_send_option)(option - OPTION_SEND), text, typed->error,
                                     typed->error_size);
  }
  switch (option) {
  case OPTION_SPACES:
    return count_take(typed, "spaces", text, 1, SPACES_MAX, &options->fleet.spaces);
  case OPTION_SEED:
    return count_take(typed, "seed", text, 0, UINT64_MAX >> 1, &options->fleet.seed);
  case OPTION_BYTES:
    return count_take(typed, "bytes", text, 1, UINT64_MAX >> 8, &options->fleet.bytes);
  case OPTION_SHARDS:
    return count_take(typed, "shards", text, 1, SHARDS_MAX, &options->shards);
  case OPTION_SHAPE:
    status = choice_take(typed, "shape", "per-space mixed", text, &at);
    typed->mixed = at == 1;
    typed->shape_given = true;
    return status;
  case OPTION_FORMAT:
    status = choice_take(typed, "format", "raw jsonl sse", text, &at);
    options->format = status == SIFT_OK ? (enum sift_gen_format)at : SIFT_GEN_RAW;
    typed->format_given = true;
    return status;
  case OPTION_COMPRESS:
    status = choice_take(typed, "compress", "zstd gzip none", text, &at);
    options->compression = status == SIFT_OK ? (enum sift_gen_compression)at : SIFT_GEN_ZSTD;
    typed->compression_given = true;
    return status;
  case OPTION_FAULTS:
    return faults_take(typed, text);
  case OPTION_NO_INCIDENT:
    options->fleet.incident = false;
    return SIFT_OK;
  case OPTION_OUT:
    options->out = text;
    return SIFT_OK;
  case OPTION_FORCE:
    options->force = true;
    return SIFT_OK;
  case 'j':
    status = count_take(typed, "jobs", text, 1, SIFT_GEN_THREADS_MAX, &number);
    options->threads = (unsigned)number;
    return status;
  case 'h':
    options->help = true;
    return SIFT_OK;
  default:
    return SIFT_OK; /* what getopt_long() knows stands above */
  }
}

/* What getopt_long() refused, in our words: its own would print what was typed as it is. */
static enum sift_status refuse(struct typed *typed, int result, char **argv) {
  const char *word = argv[optind - 1];
  if (result == ':') {
    return wrong(typed, "option \"%.60s\" needs a value", word);
  }
  return wrong(typed, "\"%.60s\" is no option, or takes no value; fleetgen --help lists them", word);
}

static enum sift_status files_check(struct typed *typed) {
  struct sift_gen_options *options = typed->options;
  if (options->out == NULL || options->out[0] == '\0') {
    return wrong(typed, "say where to: --out DIR, or --send URL");
  }
  if (typed->mixed && typed->format_given && options->format != SIFT_GEN_JSONL) {
    return wrong(typed, "mixed shards must name the Space of each line: type --shape mixed --format jsonl, "
                        "or --shape per-space for raw and sse");
  }
  if (options->shards > 0 && !typed->mixed) {
    return wrong(typed, "--shards goes with --shape mixed; per-space files are one a channel");
  }
  if (options->shards > options->fleet.spaces) {
    return wrong(typed, "--shards %llu is more than there are Spaces: a Space lives in one shard; type at most --shards %llu",
                 (unsigned long long)options->shards, (unsigned long long)options->fleet.spaces);
  }
  options->format = typed->mixed ? SIFT_GEN_MIXED : options->format;
  return SIFT_OK;
}

static enum sift_status send_check(struct typed *typed) {
  struct sift_gen_options *options = typed->options;
  if (options->send.target.url != NULL && (typed->shape_given || options->shards > 0)) {
    return wrong(typed, "--%s is about files; with --send, --connections says what goes where",
                 typed->shape_given ? "shape" : "shards");
  }
  struct sift_gen_send_shared shared = {.spaces = options->fleet.spaces,
                                        .format_typed = typed->format_given,
                                        .compression_typed = typed->compression_given,
                                        .format = options->format,
                                        .compression = options->compression};
  return sift_gen_send_options_check(&options->send, typed->send_given, &shared, typed->error, typed->error_size);
}

static enum sift_status check(struct typed *typed) {
  enum sift_status status = send_check(typed);
  return status == SIFT_OK && typed->options->send.target.url == NULL ? files_check(typed) : status;
}

static unsigned cores(void) {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  return count < 1 ? 1 : count > SIFT_GEN_THREADS_MAX ? SIFT_GEN_THREADS_MAX : (unsigned)count;
}

static const struct option own[] = {
    {"spaces", required_argument, NULL, OPTION_SPACES},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"bytes", required_argument, NULL, OPTION_BYTES},
    {"shape", required_argument, NULL, OPTION_SHAPE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"compress", required_argument, NULL, OPTION_COMPRESS},
    {"shards", required_argument, NULL, OPTION_SHARDS},
    {"faults", required_argument, NULL, OPTION_FAULTS},
    {"no-incident", no_argument, NULL, OPTION_NO_INCIDENT},
    {"jobs", required_argument, NULL, 'j'},
    {"out", required_argument, NULL, OPTION_OUT},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"help", no_argument, NULL, 'h'},
};

enum { LONGS_MAX = sizeof(own) / sizeof(own[0]) + SIFT_GEN_SEND_OPTIONS + 1 };

/* All that getopt_long() is to know: our own options, then those of sending. */
static void longs_make(struct option longs[LONGS_MAX]) {
  size_t count = sizeof(own) / sizeof(own[0]);
  memcpy(longs, own, sizeof(own));
  for (int i = 0; i < SIFT_GEN_SEND_OPTIONS; i++) {
    enum sift_gen_send_option option = (enum sift_gen_send_option)i;
    longs[count++] =
        (struct option){sift_gen_send_option_name(option),
                        sift_gen_send_option_takes_value(option) ? required_argument : no_argument, NULL, OPTION_SEND + i};
  }
  longs[count] = (struct option){NULL, 0, NULL, 0};
}

enum sift_status sift_gen_options_parse(struct sift_gen_options *options, int argc, char **argv, char *error, size_t error_size) {
  struct option longs[LONGS_MAX];
  longs_make(longs);
  *options = (struct sift_gen_options){
      .fleet = {.spaces = 200, .seed = 1, .bytes = UINT64_C(64) << 20, .faults = 0.35, .incident = true}, .threads = cores()};
  sift_gen_send_options_init(&options->send);
  struct typed typed = {.options = options, .error = error, .error_size = error_size};
  optind = 0; /* GNU: start anew */
  opterr = 0;
  int option;
  while ((option = getopt_long(argc, argv, ":j:h", longs, NULL)) != -1) {
    bool refused = option == '?' || option == ':';
    enum sift_status status = refused ? refuse(&typed, option, argv) : option_take(&typed, option, optarg);
    if (status != SIFT_OK) {
      return status;
    }
  }
  if (options->help) {
    return SIFT_OK;
  }
  if (optind < argc) {
    return wrong(&typed, "\"%.60s\" is no option; the directory goes behind --out", argv[optind]);
  }
  return check(&typed);
}
