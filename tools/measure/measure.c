#include "tools/measure/measure.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "tools/measure/blame.h"
#include "tools/measure/clock.h"
#include "tools/measure/lap.h"
#include "tools/measure/leave_out.h"
#include "tools/measure/series.h"
#include "tools/measure/subset.h"

/* How the time is shared out: about so many runs of a path's length make up all series, the other half is for marginal costs. */
enum { RUNS_A_ROUND = 28, START_TURNS = 3, SAMPLE_BYTES_MIN = 256 * 1024, REPEATED_BYTES_MAX = 512 * 1024 * 1024 };

struct measuring {
  const struct sift_measure_config *config;
  struct sift_figures *figures;
  struct sift_pieces all;    /* each piece of the corpus once */
  struct sift_pieces sample; /* what a timed run passes over */
};

static void tell(const struct measuring *measuring, const char *what) {
  if (measuring->config->progress != NULL) {
    measuring->config->progress(what);
  }
}

/* ---- sizes, and the start ---- */

static enum sift_status measure_start(struct measuring *measuring) {
  const struct sift_database *database = measuring->config->database;
  struct sift_figures *figures = measuring->figures;
  double seconds[START_TURNS];
  char *bytes = NULL;
  size_t len = 0;
  enum sift_status status = sift_database_serialize(database, &bytes, &len);
  for (int i = 0; i < START_TURNS && status == SIFT_OK; i++) {
    struct sift_database *again = NULL;
    double begun = sift_clock_cpu();
    status = sift_database_deserialize(&again, figures->ruleset, sift_span(bytes, len));
    seconds[i] = sift_clock_cpu() - begun;
    sift_database_free(again);
  }
  free(bytes);
  figures->start_seconds = status == SIFT_OK ? sift_median(seconds, START_TURNS) : 0;
  return status;
}

static enum sift_status measure_sizes(struct measuring *measuring) {
  return sift_sizes_read(&measuring->figures->sizes, measuring->config->database);
}

/* ---- the sample ---- */

/* One pass over everything tells what is found, and from its time how much of the corpus a timed run can have. */
static enum sift_status look_through(struct measuring *measuring) {
  const struct sift_measure_config *config = measuring->config;
  const struct sift_path_config path = {.database = config->database, .pieces = &measuring->all};
  double begun = sift_clock_cpu();
  enum sift_status status = sift_path_run(&path, &measuring->figures->found);
  double seconds = sift_clock_cpu() - begun;
  if (status != SIFT_OK) {
    return status;
  }
  double each = config->seconds / (config->marginal ? 2 : 1) / (RUNS_A_ROUND * (config->rounds + 1.0));
  double bytes = (double)measuring->all.bytes * each / (seconds > 1e-6 ? seconds : 1e-6);
  bytes = bytes < SAMPLE_BYTES_MIN ? SAMPLE_BYTES_MIN : bytes > REPEATED_BYTES_MAX ? REPEATED_BYTES_MAX : bytes;
  status = sift_pieces_cut(&measuring->sample, config->corpus, SIFT_BATCH_BYTES, (size_t)bytes);
  measuring->figures->sample_bytes = measuring->sample.bytes;
  measuring->figures->sample_lines = measuring->sample.lines;
  return status;
}

/* ---- throughput ---- */

static enum sift_status measure_ways(struct measuring *measuring) {
  struct sift_runner runners[SIFT_WAYS] = {{0}};
  enum sift_status status = SIFT_OK;
  for (int i = 0; i < SIFT_WAYS && status == SIFT_OK; i++) {
    status = sift_runner_init(&runners[i], (enum sift_way)i, measuring->config->database, &measuring->sample, 0);
  }
  if (status == SIFT_OK) {
    status = sift_series_add(measuring->figures, runners, SIFT_WAYS, measuring->config->rounds);
    struct sift_sizes *sizes = &measuring->figures->sizes;
    sizes->stream = sift_bare_bytes(runners[SIFT_WAY_BARE_STREAM].bare);
    sizes->stream_state = sift_bare_stream_bytes(runners[SIFT_WAY_BARE_STREAM].bare);
    sizes->vectored = sift_bare_bytes(runners[SIFT_WAY_BARE_VECTORED].bare);
  }
  for (int i = 0; i < SIFT_WAYS; i++) {
    sift_runner_release(&runners[i]);
  }
  return status;
}

static enum sift_status measure_batches(struct measuring *measuring) {
  static const uint32_t sizes[] = {16 * 1024, 64 * 1024, 128 * 1024, 256 * 1024, 1024 * 1024, 4096 * 1024};
  enum { SIZES = sizeof sizes / sizeof sizes[0] };
  struct sift_pieces pieces[SIZES] = {{0}};
  struct sift_runner runners[2 * SIZES] = {{0}};
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < SIZES && status == SIFT_OK; i++) {
    status = sift_pieces_cut(&pieces[i], measuring->config->corpus, sizes[i], measuring->sample.bytes);
    for (size_t k = 0; k < 2 && status == SIFT_OK; k++) {
      struct sift_runner *runner = &runners[2 * i + k];
      enum sift_way way = k == 0 ? SIFT_WAY_BARE_BLOCK : SIFT_WAY_PATH;
      status = sift_runner_init(runner, way, measuring->config->database, &pieces[i], 0);
      runner->chart = SIFT_CHART_BATCH;
      runner->at = sizes[i];
    }
  }
  if (status == SIFT_OK) {
    status = sift_series_add(measuring->figures, runners, sizeof runners / sizeof runners[0], measuring->config->rounds);
  }
  for (size_t i = 0; i < SIZES; i++) {
    sift_runner_release(&runners[2 * i]);
    sift_runner_release(&runners[2 * i + 1]);
    sift_pieces_release(&pieces[i]);
  }
  return status;
}

/* 1, 2, 4, … and the most. */
static size_t list_threads(unsigned most, unsigned *out, size_t room) {
  size_t count = 0;
  for (unsigned threads = 1; threads < most && count + 1 < room; threads *= 2) {
    out[count++] = threads;
  }
  out[count++] = most;
  return count;
}

static enum sift_status measure_threads(struct measuring *measuring) {
  unsigned threads[12];
  struct sift_runner runners[12] = {{0}};
  size_t count = list_threads(measuring->config->threads, threads, sizeof threads / sizeof threads[0]);
  for (size_t i = 0; i < count; i++) {
    (void)sift_runner_init(&runners[i], SIFT_WAY_PATH, measuring->config->database, &measuring->sample,
                           threads[i]); /* a path cannot fail */
    runners[i].chart = SIFT_CHART_THREADS;
    runners[i].at = threads[i];
  }
  return sift_series_add(measuring->figures, runners, count, measuring->config->rounds);
}

/* ---- throughput against the number of rules ---- */

static uint64_t mix(uint64_t value) { /* splitmix64 */
  value += UINT64_C(0x9e3779b97f4a7c15);
  value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
  return value ^ value >> 31;
}

/* Of each rule, how many come before it in an order that the seed makes. */
static void shuffle(uint32_t *places, size_t count, uint64_t seed) {
  for (size_t i = 0; i < count; i++) {
    places[i] = (uint32_t)i;
  }
  for (size_t i = count; i > 1; i--) {
    size_t k = mix(seed + i) % i;
    uint32_t kept = places[i - 1];
    places[i - 1] = places[k];
    places[k] = kept;
  }
}

enum { CURVE_POINTS = 4, CURVE_WAYS = 2 };

struct curve {
  struct sift_subset subsets[CURVE_POINTS];
  struct sift_runner runners[CURVE_POINTS * CURVE_WAYS];
  size_t count;
  uint32_t *places;
  bool *keep;
};

static enum sift_status add_point(struct measuring *measuring, struct curve *curve, int point, size_t rules) {
  static const enum sift_way ways[CURVE_WAYS] = {SIFT_WAY_BARE_BLOCK, SIFT_WAY_PATH};
  const struct sift_ruleset *ruleset = measuring->figures->ruleset;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    curve->keep[i] = curve->places[i] < rules;
  }
  const struct sift_database *database = measuring->config->database;
  enum sift_status status = SIFT_OK;
  if (rules < ruleset->rule_count) {
    status = sift_subset_make(&curve->subsets[point], ruleset, curve->keep, measuring->config->typical);
    database = curve->subsets[point].database;
  }
  for (int i = 0; i < CURVE_WAYS && status == SIFT_OK; i++) {
    struct sift_runner *runner = &curve->runners[curve->count++];
    status = sift_runner_init(runner, ways[i], database, &measuring->sample, 0);
    runner->chart = SIFT_CHART_RULES;
    runner->at = rules;
  }
  return status;
}

static enum sift_status measure_curve(struct measuring *measuring) {
  size_t rules = measuring->figures->ruleset->rule_count;
  struct curve curve = {.places = calloc(rules + 1, sizeof *curve.places), .keep = calloc(rules + 1, sizeof *curve.keep)};
  enum sift_status status = curve.places != NULL && curve.keep != NULL ? SIFT_OK : SIFT_ENOMEM;
  size_t last = 0;
  if (status == SIFT_OK) {
    shuffle(curve.places, rules, measuring->config->seed);
  }
  for (int i = 0; i < CURVE_POINTS && status == SIFT_OK; i++) {
    size_t part = rules >> (CURVE_POINTS - 1 - i);
    if (part > last) {
      status = add_point(measuring, &curve, i, part);
      last = part;
    }
  }
  if (status == SIFT_OK) {
    status = sift_series_add(measuring->figures, curve.runners, curve.count, measuring->config->rounds);
  }
  for (int i = 0; i < CURVE_POINTS * CURVE_WAYS; i++) {
    sift_runner_release(&curve.runners[i]);
  }
  for (int i = 0; i < CURVE_POINTS; i++) {
    sift_subset_release(&curve.subsets[i]);
  }
  free(curve.places);
  free(curve.keep);
  return status;
}

/* ---- the whole ---- */

static enum sift_status measure_rules(struct measuring *measuring) {
  struct sift_figures *figures = measuring->figures;
  figures->costs = calloc(figures->ruleset->rule_count + 1, sizeof *figures->costs);
  if (figures->costs == NULL) {
    return SIFT_ENOMEM;
  }
  const struct sift_database *database = measuring->config->database;
  enum sift_status status = sift_rule_costs_count(figures->costs, database, &measuring->all);
  for (uint32_t i = 0; i < figures->ruleset->rule_count && status == SIFT_OK; i++) {
    status = sift_blame(&figures->costs[i].faults, database, i, &figures->costs[i], figures->corpus->lines);
  }
  return status;
}

static enum sift_status measure_marginal(struct measuring *measuring) {
  const struct sift_measure_config *config = measuring->config;
  if (!config->marginal || config->rounds < 2) {
    return SIFT_OK; /* one round tells no gain from noise */
  }
  const struct sift_leave_out leave_out = {
      .database = config->database,
      .costs = measuring->figures->costs,
      .pieces = &measuring->sample,
      .rounds = config->rounds,
      .seconds = config->seconds / 2,
  };
  return sift_leave_out_run(&measuring->figures->marginal, &leave_out);
}

enum sift_status sift_measure_run(struct sift_figures *out, const struct sift_measure_config *config) {
  static const struct {
    const char *what;
    enum sift_status (*run)(struct measuring *measuring);
  } stages[] = {
      {"sizes", measure_sizes},
      {"start", measure_start},
      {"reading through the corpus", look_through},
      {"ways of scanning", measure_ways},
      {"sizes of batches", measure_batches},
      {"threads", measure_threads},
      {"numbers of rules", measure_curve},
      {"what each rule wakes", measure_rules},
      {"what the whole gains without rules", measure_marginal},
  };
  *out = (struct sift_figures){
      .ruleset = sift_database_ruleset(config->database),
      .corpus = config->corpus,
      .rounds = config->rounds,
      .profile_bytes = config->profile_bytes,
      .compile_seconds = config->compile_seconds,
  };
  struct measuring measuring = {.config = config, .figures = out};
  enum sift_status status = sift_pieces_cut(&measuring.all, config->corpus, SIFT_BATCH_BYTES, 0);
  for (size_t i = 0; i < sizeof stages / sizeof stages[0] && status == SIFT_OK; i++) {
    tell(&measuring, stages[i].what);
    status = stages[i].run(&measuring);
  }
  sift_pieces_release(&measuring.all);
  sift_pieces_release(&measuring.sample);
  if (status != SIFT_OK) {
    sift_figures_release(out);
  }
  return status;
}
