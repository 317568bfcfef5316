#include "tools/fleetgen/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: fleetgen [OPTIONS] --out DIR\n"
    "\n"
    "Writes the logs of a made-up fleet of Spaces and, in DIR/truth.jsonl, the verdict that is right for each Space.\n"
    "The same options give the same files, byte for byte.\n"
    "\n"
    "      --spaces N         how many Spaces (200)\n"
    "      --seed S           another number, another fleet (1)\n"
    "      --bytes B          log text in all, JSON and other wrapping not counted (64M)\n"
    "      --shape SHAPE      per-space: DIR/logs/OWNER/NAME/CHANNEL.log.zst (the default)\n"
    "                         mixed: DIR/logs/shard-0000.jsonl.zst …, many Spaces in each, in the order of time\n"
    "      --format FORMAT    raw (the default), jsonl or sse; mixed shards are always jsonl\n"
    "      --compress WAY     zstd (the default), gzip or none\n"
    "      --shards N         mixed: how many shards (one for 32 MB of text)\n"
    "      --faults SHARE     share of Spaces with a fault, 0 to 1 (0.35)\n"
    "      --no-incident      leave out the fleet-wide incident, which fleets of 50 Spaces and more have\n"
    "  -j, --jobs N           threads (as many as there are cores); the files do not depend on it\n"
    "      --out DIR          where to; made if it is not there\n"
    "      --force            write into DIR although it is not empty\n"
    "  -h, --help             print this text\n"
    "\n"
    "Sizes take K, M or G behind the number (1024, 1024^2, 1024^3).\n";

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
  SPACES_MAX = 100 * 1000 * 1000,
  SHARDS_MAX = 9999,
};

/* What was typed, before it is known to fit together. */
struct typed {
  struct sift_gen_options *options;
  bool mixed, format_given;
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

bool sift_gen_size_parse(const char *text, uint64_t *out) {
  if (*text < '0' || *text > '9') {
    return false;
  }
  char *end;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  unsigned shift = *end == 'K' || *end == 'k' ? 10 : *end == 'M' || *end == 'm' ? 20 : *end == 'G' || *end == 'g' ? 30 : 0;
  end += shift > 0;
  if (errno != 0 || *end != '\0' || value > (UINT64_MAX >> 1) >> shift) {
    return false;
  }
  *out = value << shift;
  return true;
}

static enum sift_status count_take(struct typed *typed, const char *name, const char *text, uint64_t low, uint64_t high,
                                   uint64_t *out) {
  if (!sift_gen_size_parse(text, out) || *out < low || *out > high) {
    return wrong(typed, "--%s wants a number from %llu to %llu, not \"%.40s\"", name, (unsigned long long)low,
                 (unsigned long long)high, text);
  }
  return SIFT_OK;
}

/* The place of `text` among `names`, which are separated by spaces; -1 where it is none of them. */
static int choice(const char *names, const char *text) {
  size_t len = strlen(text);
  int at = 0;
  for (const char *name = names; *name != '\0'; at++) {
    size_t name_len = strcspn(name, " ");
    if (name_len == len && memcmp(name, text, len) == 0) {
      return at;
    }
    name += name_len + (name[name_len] == ' ');
  }
  return -1;
}

static enum sift_status choice_take(struct typed *typed, const char *name, const char *names, const char *text, int *out) {
  *out = choice(names, text);
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
    return status;
  case OPTION_FORMAT:
    status = choice_take(typed, "format", "raw jsonl sse", text, &at);
    options->format = status == SIFT_OK ? (enum sift_gen_format)at : SIFT_GEN_RAW;
    typed->format_given = true;
    return status;
  case OPTION_COMPRESS:
    status = choice_take(typed, "compress", "zstd gzip none", text, &at);
    options->compression = status == SIFT_OK ? (enum sift_gen_compression)at : SIFT_GEN_ZSTD;
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

static enum sift_status check(struct typed *typed) {
  struct sift_gen_options *options = typed->options;
  if (options->out == NULL || options->out[0] == '\0') {
    return wrong(typed, "say where to: --out DIR");
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

static unsigned cores(void) {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  return count < 1 ? 1 : count > SIFT_GEN_THREADS_MAX ? SIFT_GEN_THREADS_MAX : (unsigned)count;
}

enum sift_status sift_gen_options_parse(struct sift_gen_options *options, int argc, char **argv, char *error, size_t error_size) {
  static const struct option longs[] = {
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
      {NULL, 0, NULL, 0},
  };
  *options = (struct sift_gen_options){
      .fleet = {.spaces = 200, .seed = 1, .bytes = UINT64_C(64) << 20, .faults = 0.35, .incident = true}, .threads = cores()};
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

const char *sift_gen_options_help(void) {
  return help;
}
