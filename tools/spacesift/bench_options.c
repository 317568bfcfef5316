#include "tools/spacesift/bench_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ingest/scan.h"
#include "tools/measure/corpus.h"
#include "tools/measure/path.h"
#include "tools/measure/timing.h"
#include "tools/spacesift/cli.h"

static const char help_text[] =
    "Usage: spacesift bench [OPTION...] --corpus PATH...\n\n"
    "Measures a rule set on text: how fast it is found in, how large its databases are, and which\n"
    "rules cost what, with the reason and what to change. docs/bench.md explains each figure.\n\n"
    "      --rules PATH       the rule set to measure (default: the built-in pack)\n"
    "      --corpus PATH...   logs to measure on: files, directories, hsbench's corpus databases\n"
    "      --corpus-bytes-max N  read at most N bytes of them into memory (default 268435456)\n"
    "      --profile PATH     choose the texts by which lines are found by these logs, as 'rules compile --profile'\n"
    "                         does; may be given again. Not for the rules of --against\n"
    "      --against PATH     another rule set, measured in turn with the first\n"
    "      --against-program PATH  another build of spacesift, run in turn with this one\n"
    "      --round-seconds-max N   so long may one of its rounds take (default 600)\n"
    "      --budget FILE      limits that must be kept (YAML): exit status 1 where one is not\n"
    "      --format F         table (default), json (Google Benchmark's), or html\n"
    "  -o, --output FILE      where it goes (default '-': standard output)\n"
    "      --rounds N         rounds of each comparison, 1 to 64 (default 7)\n"
    "      --time SECONDS     CPU time that the timed runs may take, about (default 60)\n"
    "      --no-marginal      do not look for what each rule costs the whole\n"
    "      --seed N           of the order in which rules join the curve (default 1)\n"
    "      --top N            table: rules to show beside the dear ones (default 10)\n"
    "      --lap BYTES        one round over so much text, for another build's --against-program\n"
    "  -j, --jobs N           threads to go up to (default: the cores this process may use)\n"
    "  -q, --quiet            do not tell what is being measured\n"
    "  -h, --help             this text\n\n"
    "Exit status: 0 done, 1 the budget was not kept, 2 wrong usage, rules or environment.\n";

enum {
  OPT_RULES = 256,
  OPT_CORPUS,
  OPT_BYTES,
  OPT_PROFILE,
  OPT_AGAINST,
  OPT_PROGRAM,
  OPT_ROUND_SECONDS,
  OPT_LAP,
  OPT_BUDGET,
  OPT_FORMAT,
  OPT_ROUNDS,
  OPT_TIME,
  OPT_MARGINAL,
  OPT_SEED,
  OPT_TOP
};

static const struct option known[] = {
    {"rules", required_argument, NULL, OPT_RULES},
    {"corpus", required_argument, NULL, OPT_CORPUS},
    {"corpus-bytes-max", required_argument, NULL, OPT_BYTES},
    {"profile", required_argument, NULL, OPT_PROFILE},
    {"against", required_argument, NULL, OPT_AGAINST},
    {"against-program", required_argument, NULL, OPT_PROGRAM},
    {"round-seconds-max", required_argument, NULL, OPT_ROUND_SECONDS},
    {"lap", required_argument, NULL, OPT_LAP},
    {"budget", required_argument, NULL, OPT_BUDGET},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"rounds", required_argument, NULL, OPT_ROUNDS},
    {"time", required_argument, NULL, OPT_TIME},
    {"no-marginal", no_argument, NULL, OPT_MARGINAL},
    {"seed", required_argument, NULL, OPT_SEED},
    {"top", required_argument, NULL, OPT_TOP},
    {"output", required_argument, NULL, 'o'},
    {"jobs", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Where a number goes, and what it may be. */
static const struct number {
  int option;
  const char *name;
  size_t offset;
  uint64_t low, high;
} numbers[] = {
    {OPT_BYTES, "--corpus-bytes-max", offsetof(struct sift_bench_options, corpus_bytes_max), 1, UINT64_C(2) << 30},
    {OPT_ROUNDS, "--rounds", offsetof(struct sift_bench_options, rounds), 1, SIFT_ROUNDS_MAX},
    {OPT_ROUND_SECONDS, "--round-seconds-max", offsetof(struct sift_bench_options, round_seconds_max), 1, UINT64_C(86400)},
    {OPT_LAP, "--lap", offsetof(struct sift_bench_options, lap_bytes), 0, UINT64_C(2) << 30},
    {OPT_TIME, "--time", offsetof(struct sift_bench_options, seconds), 1, UINT64_C(86400)},
    {OPT_SEED, "--seed", offsetof(struct sift_bench_options, seed), 0, UINT32_MAX},
    {OPT_TOP, "--top", offsetof(struct sift_bench_options, top), 0, UINT32_MAX},
    {'j', "-j", offsetof(struct sift_bench_options, jobs), 1, SIFT_PATH_THREADS_MAX},
};

static int take_number(struct sift_bench_options *options, int option, const char *value) {
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    const struct number *number = &numbers[i];
    if (number->option == option) {
      uint64_t *out = (uint64_t *)(void *)((char *)options + number->offset);
      return sift_parse_number(value, number->low, number->high, out)
                 ? SIFT_EXIT_OK
                 : sift_usage("bench", "%s takes a whole number from %llu to %llu, not '%s'", number->name,
                              (unsigned long long)number->low, (unsigned long long)number->high, value);
    }
  }
  return SIFT_EXIT_USAGE;
}

static int take_format(struct sift_bench_options *options, const char *value) {
  static const char *const names[] = {"table", "json", "html"};
  for (int i = 0; i < 3; i++) {
    if (strcmp(value, names[i]) == 0) {
      options->format = (enum sift_bench_format)i;
      return SIFT_EXIT_OK;
    }
  }
  return sift_usage("bench", "--format takes table, json or html, not '%s'", value);
}

static int add_path(const char *option, char **paths, size_t *count, char *path) {
  if (*count == SIFT_BENCH_PATHS_MAX) {
    return sift_usage("bench", "%s names more than %d paths; name a directory", option, SIFT_BENCH_PATHS_MAX);
  }
  paths[(*count)++] = path;
  return SIFT_EXIT_OK;
}

static int add_corpus(struct sift_bench_options *options, char *path) {
  return add_path("--corpus", options->corpus, &options->corpus_count, path);
}

static int take(struct sift_bench_options *options, int option, char *value) {
  switch (option) {
  case OPT_RULES:
    options->rules = value;
    return SIFT_EXIT_OK;
  case OPT_CORPUS:
    return add_corpus(options, value);
  case OPT_PROFILE:
    return add_path("--profile", options->profile, &options->profile_count, value);
  case OPT_AGAINST:
    options->against = value;
    return SIFT_EXIT_OK;
  case OPT_PROGRAM:
    options->against_program = value;
    return SIFT_EXIT_OK;
  case OPT_LAP:
    options->lap = true;
    return take_number(options, option, value);
  case OPT_BUDGET:
    options->budget = value;
    return SIFT_EXIT_OK;
  case OPT_FORMAT:
    return take_format(options, value);
  case OPT_MARGINAL:
    options->no_marginal = true;
    return SIFT_EXIT_OK;
  case 'o':
    options->output = value;
    return SIFT_EXIT_OK;
  case 'q':
    options->quiet = true;
    return SIFT_EXIT_OK;
  default:
    return take_number(options, option, value);
  }
}

/* No option is taken and then ignored. */
static int check_combination(const struct sift_bench_options *options) {
  bool compares = options->against != NULL || options->against_program != NULL;
  bool to_file = options->output != NULL && strcmp(options->output, "-") != 0;
  if (options->lap &&
      (compares || to_file || options->budget != NULL || options->no_marginal || options->format != SIFT_BENCH_TABLE)) {
    return sift_usage("bench", "--lap tells one round on standard output and compares nothing: only --rules, --corpus and "
                               "--corpus-bytes-max go with it");
  }
  if (options->profile_count > 0 && (options->against_program != NULL || options->lap)) {
    return sift_usage("bench", "--profile is of this program alone: leave out --against-program, or measure each by itself");
  }
  return SIFT_EXIT_OK;
}

int sift_bench_options_parse(struct sift_bench_options *options, int argc, char **argv, bool *done) {
  *options = (struct sift_bench_options){
      .output = "-",
      .corpus_bytes_max = (uint64_t)SIFT_CORPUS_MIB << 20,
      .rounds = 7,
      .round_seconds_max = 600,
      .seconds = 60,
      .jobs = sift_cores(),
      .seed = 1,
      .top = 10,
  };
  *done = false;
  optind = 0;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":j:o:qh", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(help_text, stdout);
      *done = true;
      return SIFT_EXIT_OK;
    }
    int status = c == '?' || c == ':' ? sift_bad_option("bench", c, argv, known) : take(options, c, optarg);
    if (status != SIFT_EXIT_OK) {
      return status;
    }
  }
  if (options->corpus_count == 0) {
    return sift_usage("bench", "say what to measure on: 'spacesift bench --corpus PATH', logs like those that will be read");
  }
  int status = SIFT_EXIT_OK;
  for (int i = optind; i < argc && status == SIFT_EXIT_OK; i++) {
    status = add_corpus(options, argv[i]); /* what follows --corpus PATH is more of it */
  }
  return status == SIFT_EXIT_OK ? check_combination(options) : status;
}
