#include "tools/measure/programs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/measure/child.h"
#include "tools/spacesift/cli.h"

enum { WORDS_BESIDE_CORPUS = 16, NUMBER_BYTES = 24, MESSAGE_BYTES = 256 };

/* One of the two programs, and how it is called. */
struct runner {
  const char *path, *name; /* name: in messages */
  const char **argv;
  char bytes_max[NUMBER_BYTES], sample[NUMBER_BYTES];
  struct sift_versus_side *side;
};

bool sift_programs_can_read(char *const *corpus, size_t count) {
  for (size_t i = 0; i < count; i++) {
    bool standard = strcmp(corpus[i], "-") == 0;
    struct stat info = {.st_mode = S_IFREG}; /* what is not there is told where it is read */
    if (!standard) {
      (void)stat(corpus[i], &info);
    }
    if (standard || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) {
      sift_say("--against-program reads the corpus anew in each round, and %s can be read once: write it to a file", corpus[i]);
      return false;
    }
  }
  return true;
}

static enum sift_status runner_init(struct runner *runner, const struct sift_programs_config *config, const char *rules) {
  size_t at = 0;
  runner->argv = calloc(WORDS_BESIDE_CORPUS + 2 * config->corpus_count, sizeof *runner->argv);
  if (runner->argv == NULL) {
    return SIFT_ENOMEM;
  }
  snprintf(runner->bytes_max, sizeof runner->bytes_max, "%llu", (unsigned long long)config->corpus_bytes_max);
  snprintf(runner->sample, sizeof runner->sample, "%llu", (unsigned long long)config->sample_bytes);
  const char *const words[] = {"spacesift", "bench", "--lap", runner->sample, "--corpus-bytes-max", runner->bytes_max};
  for (; at < sizeof words / sizeof words[0]; at++) {
    runner->argv[at] = words[at];
  }
  if (rules != NULL) {
    runner->argv[at++] = "--rules";
    runner->argv[at++] = rules;
  }
  for (size_t i = 0; i < config->corpus_count; i++) {
    runner->argv[at++] = "--corpus";
    runner->argv[at++] = config->corpus[i];
  }
  return SIFT_OK;
}

static void complain_of_age(const struct runner *runner) {
  sift_say("%s is too old to be compared so: it knows no 'bench --lap'; run each with --format json, and compare the files "
           "(docs/bench.md, For programs)",
           runner->name);
}

/* Why a run gave nothing, and what to do. */
static void complain(const struct runner *runner, double seconds_max, struct sift_child_result *result) {
  result->complaint[strcspn(result->complaint, "\n")] = '\0';
  if (result->start_error != 0) {
    sift_say("cannot run %s: %s; name a build of spacesift", runner->name, strerror(result->start_error));
  } else if (result->late) {
    sift_say("%s took longer than %.0f s for one round and was ended: allow more by --round-seconds-max, or name less text",
             runner->name, seconds_max);
  } else if (result->too_much) {
    sift_say("%s printed more than a lap can be: name a build of spacesift that knows 'bench --lap'", runner->name);
  } else if (result->signal != 0) {
    sift_say("%s was ended by signal %d (%s); run it alone: %s bench --lap 0 ...", runner->name, result->signal,
             strsignal(result->signal), runner->name);
  } else if (strstr(result->complaint, "--lap") != NULL) {
    complain_of_age(runner);
  } else {
    sift_say("%s ended with exit status %d%s%s", runner->name, result->exit_status, result->complaint[0] != '\0' ? ": " : "",
             result->complaint);
  }
}

/* SIFT_OK where it ended well: the result is the caller's then. */
static enum sift_status run_child(const struct runner *runner, double seconds_max, struct sift_child_result *result) {
  const struct sift_child_config child = {
      .program = runner->path, .argv = runner->argv, .out_bytes_max = SIFT_LAP_TEXT_BYTES_MAX, .seconds_max = seconds_max};
  enum sift_status status = sift_child_run(result, &child);
  if (status == SIFT_EIO) {
    sift_say("cannot run %s: %s", runner->name, strerror(errno));
    return SIFT_EINVAL;
  }
  if (status == SIFT_OK && !sift_child_good(result)) {
    complain(runner, seconds_max, result);
    sift_child_release(result);
    return SIFT_EINVAL;
  }
  return status;
}

enum sift_status sift_programs_check(const char *path, double seconds_max) {
  const char *argv[] = {"spacesift", "bench", "--help", NULL};
  const struct runner runner = {.path = path, .name = path, .argv = argv};
  struct sift_child_result result;
  enum sift_status status = run_child(&runner, seconds_max, &result);
  if (status != SIFT_OK) {
    return status;
  }
  bool known = memmem(result.out, result.out_len, "--lap", 5) != NULL;
  bool ours = memmem(result.out, result.out_len, "spacesift bench", 15) != NULL;
  if (!ours) {
    sift_say("%s is no build of spacesift: its 'bench --help' does not tell of 'spacesift bench'", path);
  } else if (!known) {
    complain_of_age(&runner);
  }
  sift_child_release(&result);
  return known && ours ? SIFT_OK : SIFT_EINVAL;
}

static enum sift_status run_once(const struct runner *runner, const struct sift_programs_config *config, struct sift_lap *lap) {
  struct sift_child_result result;
  char error[MESSAGE_BYTES];
  enum sift_status status = run_child(runner, config->seconds_max, &result);
  if (status != SIFT_OK) {
    return status;
  }
  status = sift_lap_read(lap, sift_span(result.out, result.out_len), error, sizeof error);
  sift_child_release(&result);
  if (status == SIFT_EFORMAT) {
    sift_say("cannot use what %s says: %s; name a build of spacesift that knows 'bench --lap' as this one does", runner->name,
             error);
    return SIFT_EINVAL;
  }
  return status;
}

/* What does not depend on time must not change from round to round. */
static bool same_as_before(const struct sift_lap *first, const struct sift_lap *lap) {
  bool same = first->corpus_bytes == lap->corpus_bytes && first->corpus_lines == lap->corpus_lines &&
              first->found.hits == lap->found.hits && first->rule_count == lap->rule_count &&
              strcmp(first->rules_hash, lap->rules_hash) == 0;
  for (size_t i = 0; i < lap->rule_count && same; i++) {
    same = strcmp(first->rules[i].id, lap->rules[i].id) == 0 && first->rules[i].hits == lap->rules[i].hits;
  }
  for (int i = 0; i < SIFT_WAYS && same; i++) {
    same = first->runs[i].made == lap->runs[i].made && first->runs[i].bytes == lap->runs[i].bytes;
  }
  return same;
}

static void add_time(struct sift_timing *timing, double cpu, double wall, uint64_t bytes) {
  timing->cpu[timing->rounds] = cpu;
  timing->wall[timing->rounds++] = wall;
  timing->bytes = bytes;
}

static enum sift_status run_round(const struct runner *runner, const struct sift_programs_config *config) {
  struct sift_versus_side *side = runner->side;
  struct sift_lap lap;
  enum sift_status status = run_once(runner, config, &lap);
  if (status != SIFT_OK) {
    return status;
  }
  add_time(&side->compile, lap.compile_seconds, lap.compile_seconds, 0);
  for (int i = 0; i < SIFT_WAYS; i++) {
    if (lap.runs[i].made) {
      add_time(&side->timings[i], lap.runs[i].cpu, lap.runs[i].wall, lap.runs[i].bytes);
    }
  }
  if (side->lap.rules_hash == NULL) {
    side->lap = lap; /* it goes over to the side */
    return SIFT_OK;
  }
  bool same = same_as_before(&side->lap, &lap);
  sift_lap_release(&lap);
  if (!same) {
    sift_say("%s found or read something else than in an earlier round: let nothing change rules, program and corpus meanwhile; "
             "else it is a fault of that build",
             runner->name);
  }
  return same ? SIFT_OK : SIFT_EINVAL;
}

/* A way that one build does not know is not compared. */
static void keep_common_ways(struct sift_versus *versus) {
  for (int i = 0; i < SIFT_WAYS; i++) {
    if (versus->ours.timings[i].rounds != versus->theirs.timings[i].rounds) {
      versus->ours.timings[i].rounds = 0;
      versus->theirs.timings[i].rounds = 0;
    }
  }
}

enum sift_status sift_programs_compare(struct sift_versus *out, const struct sift_programs_config *config) {
  *out = (struct sift_versus){.path = config->path};
  struct runner runners[2] = {{.path = "/proc/self/exe", .name = "this program", .side = &out->ours},
                              {.path = config->path, .name = config->path, .side = &out->theirs}};
  enum sift_status status = runner_init(&runners[0], config, config->rules);
  if (status == SIFT_OK) {
    status = runner_init(&runners[1], config, config->their_rules);
  }
  for (unsigned round = 0; round < config->rounds && status == SIFT_OK; round++) {
    for (unsigned k = 0; k < 2 && status == SIFT_OK; k++) {
      status = run_round(&runners[round % 2 == 0 ? 1 - k : k], config); /* the other one first: where it cannot be used, that is
                                                                           told at once */
    }
  }
  if (status == SIFT_OK) {
    keep_common_ways(out);
    status = sift_versus_judge(out);
  }
  free(runners[0].argv);
  free(runners[1].argv);
  if (status != SIFT_OK) {
    sift_versus_release(out);
  }
  return status;
}
